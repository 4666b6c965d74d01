"""Holds the door to what it answers: nothing more and nothing less is on the log, and among what was turned away."""

import re
from typing import Any

import httpx

from tests.services.ingest.doors import Door

STORED = """
SELECT (SELECT sum(next_offset) FROM journal.partition)::bigint,
       (SELECT coalesce(sum(seen), 0) FROM ingest.verdict)::bigint
"""
TRACE = re.compile(r"Traceback|File \\?\"|\.py\b.*line|psycopg|msgspec|services\.|object at 0x")
"""What an answer would hold if our inside were shown in it."""

STATUSES = {200, 400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429}


class Accounts:
    """The books of a door, which nobody else sends to meanwhile."""

    def __init__(self, door: Door) -> None:
        """Begin with what is there."""
        self._door = door
        self.stored, self.refused = self._counted()

    def _counted(self) -> tuple[int, int]:
        return self._door.connection.execute(STORED).fetchall()[0]

    def settle(self, answer: httpx.Response) -> dict[str, Any]:
        """Return what was answered, which is an answer of ours and is what happened since the last time."""
        document: dict[str, Any] = answer.json()
        stored, refused = self._counted()
        more, turned_away = stored - self.stored, refused - self.refused
        self.stored, self.refused = stored, refused
        assert answer.status_code in STATUSES, answer.text
        assert not TRACE.search(answer.text), answer.text
        assert answer.headers["Content-Type"] in {"application/json", "application/problem+json"}
        if "received" in document:
            fresh = document["accepted"] - document["duplicates"]
            assert (more >= fresh, more > 0) == (True, fresh > 0), document
            assert turned_away == document["rejected"], document
            assert document["success"] == (document["rejected"] == 0), document
            for verdict in document["verdicts"]:
                _explained(verdict)
        elif answer.status_code == 200:
            assert (more > 0, turned_away) == (document["outcome"] == "stored", 0), document
        else:
            _explained(document)
            assert (more, turned_away <= 1) == (0, True), document
            assert ("verdict" not in document) or turned_away == 1, document
        return document


def _explained(document: dict[str, Any]) -> None:
    """Whatever was not accepted says so with a code, the field where it has one, and a sentence that names it."""
    if document.get("outcome") in {"duplicate", "ignored", "stored"}:
        return
    assert document["code"], document
    assert len(document["message"]) > len(document["code"]), document
    if "outcome" in document:
        assert document["message"].startswith(f"{document['field']}: "), document
        assert document["verdict"] > 0, document
