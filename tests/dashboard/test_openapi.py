"""The documents of the API: they are valid, every view has an example, and what is answered is like its example.

Where ``REGULARS_WRITE_EXAMPLES`` is set, the examples are written anew from the little shop, for somebody to look at.
"""

import os
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from services.api import view_documents
from services.api.view_documents import example_of, schema_of
from services.dashboard.page import Page
from services.views.registered import VIEWS
from services.views.view import View
from tests.dashboard.conftest import Browsing
from tests.dashboard.samples import api_path_of
from tests.dashboard.served import Dashboard

WRITES = bool(os.environ.get("REGULARS_WRITE_EXAMPLES"))
MOST_ROWS, MOST_CHARACTERS = 1, 200
EVERY_VIEW = pytest.mark.parametrize("view", VIEWS, ids=[view.name for view in VIEWS])


@pytest.fixture(scope="module")
def document(dashboard: Dashboard) -> dict[str, Any]:
    """Return the OpenAPI document."""
    found: dict[str, Any] = httpx.get(f"{dashboard.url}/openapi.json").json()
    return found


def cut_short(value: Any) -> Any:  # noqa: ANN401 - anything that JSON has
    """Return what is left of an answer in an example: the first rows of each list, and no text without end."""
    match value:
        case list():
            return [cut_short(each) for each in value[:MOST_ROWS]]
        case dict():
            return {name: cut_short(each) for name, each in value.items()}
        case str() if len(value) > MOST_CHARACTERS:
            return f"{value[:MOST_CHARACTERS]}…"
        case _:
            return value


@EVERY_VIEW
def test_every_view_answers_as_its_example_does(view: View, browsing: Browsing) -> None:
    """What the little shop answers keeps to the schema that is made of the example; both have the same parts."""
    answered = browsing().get(api_path_of(Page(view)))
    assert answered.status_code == 200, answered.text[:500]
    told = answered.json()
    if WRITES:
        text = msgspec.json.format(msgspec.json.encode(cut_short(told)), indent=2)
        Path(str(view_documents.EXAMPLES), f"{view.name}.json").write_bytes(text + b"\n")

    example = example_of(view)

    assert example, "Write the examples: REGULARS_WRITE_EXAMPLES=1 pytest tests/dashboard/test_openapi.py"
    assert set(told) == set(example)
    Draft202012Validator(schema_of(example)).validate(told)
    assert set(told.get("tables", {})) == set(example.get("tables", {}))


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    """It is one after OpenAPI 3.1, and every way to sign in that it names is said."""
    OpenAPIV31SpecValidator(document).validate()

    schemes = document["components"]["securitySchemes"]
    named = {
        name
        for item in document["paths"].values()
        for operation in item.values()
        for each in operation.get("security", ())
        for name in each
    }
    assert named <= set(schemes)
    assert (schemes["session"]["in"], schemes["session"]["name"]) == ("cookie", "regulars_session")


def test_every_view_has_its_example_in_the_document(document: dict[str, Any]) -> None:
    """Beside the schema that it keeps to; the CSV says its columns."""
    for view in VIEWS:
        answers = document["paths"][f"/v1{view.path}"]["get"]["responses"]
        told = answers["200"]["content"]["application/json"]
        Draft202012Validator(told["schema"]).validate(told["example"])
        assert list(answers["403"]["content"]) == ["application/problem+json"]
        assert "text/csv" in document["paths"][f"/v1{view.path}.csv"]["get"]["responses"]["200"]["content"]


def test_an_error_is_told_as_problem_details(browsing: Browsing, document: dict[str, Any]) -> None:
    """After RFC 9457, of views and of routes that there are not, with the code and the field beside."""
    client = browsing()
    answers = [client.get("/v1/customers/nobody"), client.get("/v1/projections?limit=1"), client.get("/v1/nothing")]
    answers += [client.get("/v1/verdicts?limit=many"), client.get("/v1/desk/nothing/x")]
    schema = document["components"]["schemas"]["Problem"]

    for answer in answers:
        told = answer.json()
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        Draft202012Validator(schema).validate(told)
        assert (told["status"], told["detail"]) == (answer.status_code, told["message"])
        assert told["type"] == f"urn:regulars:problem:{told['code']}"
    assert answers[1].json()["field"] == "limit"


def test_client_libraries_of_segment_get_plain_json(browsing: Browsing) -> None:
    """They know of no other kind; the parts are the same."""
    answer = browsing().post("/v1/track", json={"event": "x"}, headers={"Authorization": "Bearer nonsense"})

    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/json")
    assert (answer.json()["success"], answer.json()["status"]) == (False, 401)
