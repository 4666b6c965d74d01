"""What is answered when something fails that nobody foresaw, and for a path that there is not."""

import logging

import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from services.api.failing import failed_answer
from services.cli.warnings_told import tell_warnings
from services.ingest.http.answers import PROBLEM_JSON

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


def broken(request: Request) -> None:
    """Fail, with something that is nobody's business."""
    message = f"the password of {request.url.path} is sesame"
    raise RuntimeError(message)


@pytest.fixture
def client() -> TestClient:
    """Return a client of an application whose every page fails."""
    app = FastAPI()
    app.add_api_route("/{path:path}", broken)
    app.add_exception_handler(Exception, failed_answer)
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize("path", ["/overview", "/v1/customers", "/overview.csv"])
def test_a_fault_of_ours_has_a_name_and_tells_nothing_else(
    client: TestClient, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    """A page for people, problem details for programmes; the log has all of it under the same name."""
    with caplog.at_level(logging.ERROR):
        answer = client.get(path, headers=BROWSER)

    (record,) = (each for each in caplog.records if each.name == "regulars.api")
    name = record.getMessage().split()[-1]
    assert answer.status_code == 500
    assert name in answer.text
    assert "sesame" not in answer.text
    assert "RuntimeError" in record.getMessage()
    is_page = path == "/overview"
    assert answer.headers["content-type"].startswith("text/html" if is_page else PROBLEM_JSON)


def forging() -> None:
    """Fail with a message that looks like a line of the log."""
    message = "line one\n2026-01-01 00:00:00,000 ERROR regulars.api: forged"
    raise RuntimeError(message)


def test_the_log_has_one_line_and_a_traceback_that_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    """With the name that the page shows; told once, though the server tells it, too; nothing forges a line."""
    before = logging.getLogger().handlers[:]
    with pytest.raises(RuntimeError) as raised:
        forging()
    tell_warnings()
    try:
        logging.getLogger("regulars.api").error("GET /a\n/b failed, told as %s", "1a2b3c4d", exc_info=raised.value)
        raised.value.add_note("Told as 1a2b3c4d.")
        logging.getLogger("uvicorn.error").error("Exception in ASGI application", exc_info=raised.value)
    finally:
        logging.basicConfig(handlers=before, force=True)

    first, *rest = capsys.readouterr().err.splitlines()
    assert first.endswith("ERROR regulars.api: GET /a /b failed, told as 1a2b3c4d")
    assert all(line.startswith("    ") for line in rest)
    assert "test_failing.py" in rest[1]
    assert sum("RuntimeError" in line for line in rest) == 2, "the source, and what was raised"
