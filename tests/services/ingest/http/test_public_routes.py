"""What anybody may read, without a key."""

import json
from http import HTTPStatus

from events.schema import asyncapi_document
from tests.services.ingest.doors import Door, client_of


def test_its_health_says_that_events_are_taken_in(door: Door) -> None:
    """The log and the database both answer."""
    with client_of(door) as client:
        answer = client.get("/health")

    assert (answer.status_code, answer.json()["status"]) == (HTTPStatus.OK, "ok")


def test_the_contract_for_producers_is_the_catalogue_s(door: Door) -> None:
    """The AsyncAPI document that is served is the one that the code makes."""
    with client_of(door) as client:
        answer = client.get("/v1/asyncapi.json")

    assert (answer.status_code, answer.json() == json.loads(json.dumps(asyncapi_document()))) == (HTTPStatus.OK, True)
    assert "max-age" in answer.headers["Cache-Control"]


def test_the_script_for_web_pages_is_small_and_is_fetched_once(door: Door) -> None:
    """Under 4 KB, as a script, and again only when it has changed."""
    with client_of(door) as client:
        first = client.get("/v1/regulars.js")
        second = client.get("/v1/regulars.js", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, second.status_code) == (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED)
    assert first.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert (len(first.content) < 4096, second.content) == (True, b"")
