"""Bytes that are no messages, at every route: an answer with a sentence, never a 500, and nothing half-written."""

import gzip

import httpx
import pytest

from tests.services.ingest.doors import Door, Sender, client_of
from tests.services.ingest.hostile.accounts import Accounts
from tests.services.ingest.hostile.corpus import BROKEN, dumped
from tests.services.ingest.messages import search

ROUTES = ["batch", "track", "identify", "page", "screen", "group", "alias", "events", "webhooks/nobody"]
BINARY = {
    "ce-specversion": "1.0",
    "ce-id": "b-1",
    "ce-source": "shop",
    "ce-type": "regulars.search.performed.v2",
    "ce-subject": "customer:42",
    "ce-time": "2026-03-01T10:00:00Z",
}
WITHOUT_STRUCTURE = {
    "nothing",
    "white space",
    "a word",
    "half an object",
    "half a string",
    "half a character",
    "UTF-16",
    "a byte order mark",
    "01",
    "a thousand deep",
    "a hundred thousand deep",
    "objects without end",
    "a trailing comma",
    "a comment",
    "single quotes",
    "two documents",
    "base64 beside a deep list",
}
"""Where nobody can tell where one message ends and the next begins."""
CONTENT_TYPES = ["application/json", "application/cloudevents+json", "application/cloudevents-batch+json"]


@pytest.fixture
def accounts(door: Door, sender: Sender) -> Accounts:
    """Return the books of the door, as they stand."""
    assert sender.name
    return Accounts(door)


@pytest.mark.parametrize("route", ROUTES)
def test_it_is_answered_with_a_sentence(client: httpx.Client, accounts: Accounts, route: str) -> None:
    """As it is, and as a gzip; what is answered is what happened."""
    for body in BROKEN.values():
        accounts.settle(client.post(f"/v1/{route}", content=body))
        accounts.settle(client.post(f"/v1/{route}", content=gzip.compress(body), headers={"Content-Encoding": "gzip"}))


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_no_mode_of_cloudevents_is_weaker(client: httpx.Client, accounts: Accounts, content_type: str) -> None:
    """In structured, batched and binary mode, as data and as a member of a list."""
    for body in BROKEN.values():
        accounts.settle(client.post("/v1/events", content=body, headers={"Content-Type": content_type}))
        headers = {**BINARY, "Content-Type": content_type}
        accounts.settle(client.post("/v1/events", content=body, headers=headers))
        members = b"[" + body + b"," + body + b"]"
        accounts.settle(client.post("/v1/events", content=members, headers={"Content-Type": content_type}))


def test_its_neighbours_are_not_lost(client: httpx.Client, accounts: Accounts, door: Door, sender: Sender) -> None:
    """The good ones of a batch are stored, unless the messages cannot be told apart: then all of it is kept."""
    good, whole = set(), set()
    for name, broken in BROKEN.items():
        before, after = search(), search()
        body = b'{"batch":[' + dumped(before) + b"," + broken + b"," + dumped(after) + b"]}"

        document = accounts.settle(client.post("/v1/batch", content=body))

        if "received" in document:
            good |= {f"{sender.name}:{message['messageId']}" for message in (before, after)}
        else:
            whole.add(name)

    with client_of(door, sender.read) as reader:
        kept = reader.get("/v1/verdicts", params={"limit": 1000}).json()["verdicts"]
    assert whole == WITHOUT_STRUCTURE
    assert good <= {each["id"] for each in door.stored(sender.name)}
    assert len([each for each in kept if each["field"] == "body" and '{"batch":[' in each.get("body", "")]) >= 12


@pytest.mark.parametrize("role", ["", "read"])
def test_a_stranger_leaves_no_trace(door: Door, sender: Sender, accounts: Accounts, role: str) -> None:
    """Whoever has no key that may write can fill nothing up with what is broken."""
    before = accounts.refused
    with client_of(door, sender.read if role else "") as stranger:
        for route in ROUTES:
            for body in BROKEN.values():
                assert stranger.post(f"/v1/{route}", content=body).status_code in {400, 401, 403, 404, 413}

    with client_of(door) as anybody:
        accounts.settle(anybody.get("/v1/nothing"))
    assert accounts.refused == before
