"""Schemathesis, which nobody here wrote, asks the front door for all that its OpenAPI document allows, and does not."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.services.ingest.doors import Door, Sender
from tests.services.ingest.hostile.accounts import STATUSES, TRACE

PROGRAMME = Path(sys.executable).with_name("schemathesis")
EXAMPLES = 5
SECONDS = 200.0

# A batch with a message that is not as the document says is answered with 200 and a verdict: that is the point of it.
# And what the document says of a message is only what every message has, so a valid one may be refused.
NOT_PROMISED = "negative_data_rejection,positive_data_acceptance"


def answers(report: Path) -> Iterator[dict[str, Any]]:
    """Return the answers that a report tells of."""
    for line in report.read_text(encoding="utf-8").splitlines():
        recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
        for interaction in recorder.get("interactions", {}).values():
            if interaction["response"] is not None:
                yield interaction["response"]


def test_it_keeps_to_its_document(door: Door, sender: Sender, tmp_path: Path) -> None:
    """Every status is a documented one, every answer as its schema says, and none is a 500 or shows our inside."""
    report = tmp_path / "answers.ndjson"
    words = (
        *(PROGRAMME, "run", f"{door.url}/openapi.json", "--no-color", "--warnings", "off"),
        *("--header", f"Authorization: Bearer {sender.admin}"),
        *("--exclude-tag", "Views"),  # which are many, and held to their documents with their examples
        *("--mode", "all", "--phases", "examples,coverage,fuzzing", "--exclude-checks", NOT_PROMISED),
        *("--seed", "1", "--generation-deterministic"),
        *("--max-examples", str(EXAMPLES), "--continue-on-failure", "--report-ndjson-path", report),
    )

    ran = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS, check=False)

    assert (ran.returncode, "No issues found" in ran.stdout) == (0, True), ran.stdout[-5000:] + ran.stderr[-2000:]
    found = list(answers(report))
    texts = [base64.b64decode((answer["content"] or {"$base64": ""})["$base64"]).decode() for answer in found]
    assert len(found) > 500
    assert {200, 400, 404, 405, 422} <= {answer["status_code"] for answer in found} <= STATUSES | {406}
    assert [text for text in texts if TRACE.search(text)] == []
