"""The application as a whole: what it says of itself, to whom in a browser, and how it answers what it knows not."""

from http import HTTPStatus
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from tests.services.ingest.doors import Door, Sender, client_of
from tests.services.ingest.messages import search


@pytest.fixture
def document(door: Door) -> dict[str, Any]:
    """Return the OpenAPI document."""
    with client_of(door) as client:
        found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return every operation with its method and path."""
    return [(method, path, each) for path, item in document["paths"].items() for method, each in item.items()]


def bodies(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return every body that an operation takes, with its path and content type."""
    return [
        (path, content_type, body)
        for _, path, operation in operations(document)
        for content_type, body in operation.get("requestBody", {}).get("content", {}).items()
    ]


def test_the_document_describes_every_route(document: dict[str, Any]) -> None:
    """Each has a sentence, an id of its own, and says what it answers, with a schema and in words."""
    found = operations(document)

    ids = [operation["operationId"] for _, _, operation in found]
    assert document["openapi"].startswith("3.1")
    assert {"/v1/batch", "/v1/track", "/v1/events", "/v1/webhooks/{source}", "/v1/verdicts"} <= set(document["paths"])
    assert len(ids) == len(set(ids))
    for _, _, operation in found:
        assert operation["summary"]
        for answer in operation["responses"].values():
            assert answer["description"]
            for told in answer["content"].values():
                Draft202012Validator.check_schema(told["schema"])


def test_every_body_has_examples_that_are_as_it_says(document: dict[str, Any]) -> None:
    """The examples are there, and keep to the schema beside them."""
    found = bodies(document)

    assert len(found) >= 10
    for path, content_type, body in found:
        assert body["examples"], (path, content_type)
        Draft202012Validator.check_schema(body["schema"])
        for example in body["examples"].values():
            Draft202012Validator(body["schema"]).validate(example["value"])


def test_every_example_is_accepted(door: Door, sender: Sender, client: httpx.Client, document: dict[str, Any]) -> None:
    """Whoever pastes one has sent it: all messages of Segment's examples, and the events, are on the log."""
    for path, content_type, body in bodies(document):
        if path.startswith(("/v1/webhooks", "/v1/desk")) or (path, content_type) == ("/v1/events", "application/json"):
            continue
        for example in body["examples"].values():
            answer = client.post(path, json=example["value"], headers={"Content-Type": content_type})
            assert (answer.status_code, answer.json()["success"]) == (HTTPStatus.OK, True), (path, answer.text)

    assert len(door.stored(sender.name)) >= 6


def test_a_page_of_another_site_may_send(door: Door) -> None:
    """The preflight allows what client libraries in a browser send; no cookie has to do with it."""
    headers = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    with client_of(door) as client:
        answer = client.options("/v1/batch", headers=headers)

    assert answer.status_code == HTTPStatus.OK
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"].lower()
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_page_may_read_the_answer(client: httpx.Client, door: Door) -> None:
    """Also one with an error, with when to try again."""
    origin = {"Origin": "https://shop.example"}
    answers = [client.post("/v1/track", json=search(), headers=origin)]
    with client_of(door) as stranger:
        answers.append(stranger.post("/v1/track", json=search(), headers=origin))

    assert [answer.status_code for answer in answers] == [HTTPStatus.OK, HTTPStatus.UNAUTHORIZED]
    assert [answer.headers["Access-Control-Allow-Origin"] for answer in answers] == ["*", "*"]
    assert answers[0].headers["Access-Control-Expose-Headers"] == "Retry-After"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/docs", 404, "not_found"),
        ("POST", "/v1/nothing", 404, "not_found"),
        ("POST", "/v1/%00%ff<script>", 404, "not_found"),
        ("GET", "/v1/batch", 405, "method_not_allowed"),
        ("DELETE", "/v1/verdicts", 405, "method_not_allowed"),
    ],
)
def test_what_is_not_there_is_said_as_everything_else(
    client: httpx.Client, method: str, path: str, status: int, code: str
) -> None:
    """In JSON, with a code and a sentence."""
    answer = client.request(method, path)

    assert (answer.status_code, answer.json()["code"], answer.json()["success"]) == (status, code, False)
    segment = path == "/v1/batch"
    assert answer.headers["Content-Type"] == ("application/json" if segment else "application/problem+json")
    assert ("Allow" in answer.headers) == (status == HTTPStatus.METHOD_NOT_ALLOWED)


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"after": "-1"}, "after"),
        ({"after": "9" * 400}, "after"),
        ({"outcome": "lovely"}, "outcome"),
        ({"fault": "x" * 65}, "fault"),
    ],
)
def test_a_parameter_that_is_not_as_it_has_to_be_is_named(
    door: Door, sender: Sender, parameters: dict[str, str], field: str
) -> None:
    """422, with the field."""
    with client_of(door, sender.read) as client:
        answer = client.get("/v1/verdicts", params=parameters)

    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "invalid_field", field)
