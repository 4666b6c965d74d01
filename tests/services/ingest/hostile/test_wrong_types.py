"""Values of the wrong kind in every field of every message: each is taken, or refused with a sentence; never a 500."""

from collections.abc import Iterator
from itertools import count, islice
from typing import Any

import httpx
import msgspec
import pytest

from events.codec import Codec
from services.ingest.cloudevents import BATCH
from tests.events.samples import SAMPLES
from tests.services.ingest.doors import Door, Sender
from tests.services.ingest.hostile.accounts import Accounts
from tests.services.ingest.hostile.corpus import WRONG, dumped, places, replaced, without
from tests.services.ingest.hostile.whole_messages import WHOLE

AT_ONCE = 100
CODEC = Codec()
EVENTS = [msgspec.json.decode(CODEC.encode(sample)) for sample in SAMPLES]

Document = dict[str, Any]


def mistaken(documents: list[Document]) -> Iterator[Document]:
    """Return every document with every field missing, and with every wrong value in it."""
    for document in documents:
        for path, value in places(document):
            yield without(document, path)
            yield from (replaced(document, path, wrong) for wrong in WRONG if wrong != value)


def in_batches(documents: Iterator[Document]) -> Iterator[list[Document]]:
    """Return so many of them at a time."""
    while some := list(islice(documents, AT_ONCE)):
        yield some


@pytest.mark.parametrize("kind", ["track", "identify", "page", "screen", "group", "alias"])
def test_every_field_of_every_message(door: Door, sender: Sender, client: httpx.Client, kind: str) -> None:
    """What is stored and what is refused add up, on the log and in the table; the refused name a field."""
    accounts, numbers = Accounts(door), count(1)
    named = ({"messageId": f"m-{next(numbers)}", **each} for each in mistaken(of_kind(kind)))
    accepted = rejected = 0

    for messages in in_batches(named):
        answer = accounts.settle(client.post("/v1/batch", content=dumped({"batch": messages})))
        accepted += answer["accepted"] + answer["ignored"]
        rejected += answer["rejected"]

    stored = {each["id"].split(":")[1] for each in door.stored(sender.name)}
    assert accepted + rejected == next(numbers) - 1
    assert (accepted >= len(stored) > 0, rejected > 0) == (True, True)


def of_kind(kind: str) -> list[Document]:
    """Return the whole messages of a type; not the second product of an order, which is as the first."""
    return [
        replaced(document, ("properties", "products"), document["properties"]["products"][:1])
        if "products" in document.get("properties", {})
        else document
        for document in WHOLE
        if document["type"] == kind
    ]


@pytest.mark.parametrize("family", sorted({event["type"].split(".")[1] for event in EVENTS}))
def test_every_field_of_every_event(door: Door, client: httpx.Client, family: str) -> None:
    """The same for the catalogue's own events, attributes and data."""
    accounts, numbers = Accounts(door), count(1)
    events = [event for event in EVENTS if event["type"].split(".")[1] == family]
    rejected = 0

    for documents in in_batches(mistaken(events)):
        fresh = [
            {**each, "id": f"{family}-{next(numbers)}"} if str(each.get("id")).startswith("sample-") else each
            for each in documents
        ]
        answer = accounts.settle(client.post("/v1/events", content=dumped(fresh), headers={"Content-Type": BATCH}))
        rejected += answer["rejected"]

    assert rejected > 0
