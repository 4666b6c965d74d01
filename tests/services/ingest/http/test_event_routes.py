"""CloudEvents over HTTP: every mode leads to the same event on the log, under the id that it came with."""

import base64
import json
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from services.ingest.cloudevents import BATCH, STRUCTURED
from services.ingest.sent import MOST_BYTES
from tests.services.ingest.doors import Door, Sender
from tests.services.ingest.messages import Message, event


def structured(client: httpx.Client, document: Message) -> httpx.Response:
    """Send an event with its attributes in the body."""
    return client.post("/v1/events", content=json.dumps(document), headers={"Content-Type": STRUCTURED})


def binary(client: httpx.Client, document: Message) -> httpx.Response:
    """Send an event with its attributes in headers."""
    headers = {f"ce-{name}": str(value) for name, value in document.items() if name != "data"}
    return client.post("/v1/events", json=document["data"], headers=headers)


def batched(client: httpx.Client, *documents: Any) -> httpx.Response:  # noqa: ANN401 - JSON
    """Send events as one list."""
    return client.post("/v1/events", content=json.dumps(documents), headers={"Content-Type": BATCH})


def in_base64(client: httpx.Client, document: Message) -> httpx.Response:
    """Send an event whose data are written in base64."""
    data = base64.b64encode(json.dumps(document["data"]).encode()).decode()
    return structured(
        client, {name: value for name, value in document.items() if name != "data"} | {"data_base64": data}
    )


@pytest.mark.parametrize("send", [structured, binary, batched, in_base64])
def test_an_event_lands_as_it_is(door: Door, sender: Sender, client: httpx.Client, send: Any) -> None:  # noqa: ANN401
    """Its id and its source are its own, and 200 says that the log holds it; again it is a duplicate."""
    document = event(sender.name, "röd stol")

    first, second = send(client, document), send(client, document)

    (stored,) = door.stored(sender.name)
    assert (first.status_code, second.status_code) == (HTTPStatus.OK, HTTPStatus.OK)
    assert {name: stored[name] for name in document if name != "data"} == {
        name: value for name, value in document.items() if name != "data"
    }
    assert stored["data"] == {"query": "röd stol", "result_count": 0, "store": "web", "session": ""}
    assert "duplicate" in second.text


def test_the_modes_are_one_event(door: Door, sender: Sender, client: httpx.Client) -> None:
    """What was sent in one mode and again in another is on the log once."""
    document = event(sender.name)

    answers = [send(client, document) for send in (structured, binary, batched)]

    assert all(answer.status_code == HTTPStatus.OK for answer in answers)
    assert len(door.stored(sender.name)) == 1


def test_a_batch_is_answered_event_by_event(door: Door, sender: Sender, client: httpx.Client) -> None:
    """The good ones are stored; of the others each is named with its field."""
    bad = [
        event(sender.name, data={"query": "kettle", "result_count": -1}),
        7,
        event(sender.name, type="com.example.x"),
    ]

    answer = batched(client, event(sender.name), *bad, event(sender.name))

    document = answer.json()
    assert (answer.status_code, document["accepted"], document["rejected"]) == (HTTPStatus.OK, 2, 3)
    assert [(each["index"], each["field"], each["code"]) for each in document["verdicts"]] == [
        (1, "data.result_count", "invalid_field"),
        (2, "event", "malformed"),
        (3, "type", "unknown_type"),
    ]
    assert len(door.stored(sender.name)) == 2


@pytest.mark.parametrize("broken", [rb'"cut in an emoji \ud83e"', b"NaN", b'"a raw\nline"', rb'"\x41"'])
def test_what_is_no_json_does_not_take_its_neighbours_along(
    door: Door, sender: Sender, client: httpx.Client, broken: bytes
) -> None:
    """Some libraries write it: that event is turned away, and the others of the batch are stored."""
    good = [json.dumps(event(sender.name)).encode() for _ in range(2)]
    body = b"[" + good[0] + b',{"id":"x","data":' + broken + b"}," + good[1] + b"]"

    answer = client.post("/v1/events", content=body, headers={"Content-Type": BATCH})

    assert (answer.status_code, answer.json()["accepted"], answer.json()["rejected"]) == (HTTPStatus.OK, 2, 1)
    assert (answer.json()["verdicts"][0]["code"], len(door.stored(sender.name))) == ("malformed", 2)


def test_an_id_that_says_something_else_is_a_conflict(door: Door, sender: Sender, client: httpx.Client) -> None:
    """An event's id is unique over all sources, so whoever used it first has it."""
    document = event(sender.name, "kettle")

    structured(client, document)
    answer = structured(client, {**document, "data": {"query": "teapot", "result_count": 1}})

    assert (answer.status_code, answer.json()["code"]) == (HTTPStatus.CONFLICT, "conflict")
    assert [each["data"]["query"] for each in door.stored(sender.name)] == ["kettle"]


def test_what_is_no_json_in_binary_mode_is_refused(door: Door, sender: Sender, client: httpx.Client) -> None:
    """Also where it would be JSON together with the attributes, which the headers alone may tell."""
    document = event(sender.name)
    headers = {f"ce-{name}": str(value) for name, value in document.items() if name != "data"}
    smuggled = json.dumps(document["data"]).encode() + b', "subject": "customer:somebody-else"'

    answer = client.post("/v1/events", content=smuggled, headers={**headers, "Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["field"]) == (HTTPStatus.BAD_REQUEST, "data")
    assert door.stored(sender.name) == []


def test_a_large_event_is_refused(door: Door, sender: Sender, client: httpx.Client) -> None:
    """Beyond 32 KB: 413 where it is alone, a verdict in a batch."""
    large = event(sender.name, data={"query": "x" * MOST_BYTES, "result_count": 0})

    alone, among = structured(client, large), batched(client, event(sender.name), large)

    assert (alone.status_code, alone.json()["code"]) == (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
    assert (among.status_code, among.json()["accepted"], among.json()["rejected"]) == (HTTPStatus.OK, 1, 1)
    assert len(door.stored(sender.name)) == 1


def test_too_many_events_are_too_large(client: httpx.Client) -> None:
    """As in Segment's batches: hundreds of thousands of empty ones would keep everybody waiting."""
    answer = batched(client, *[1] * 100_000)

    assert (answer.status_code, answer.json()["code"]) == (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
