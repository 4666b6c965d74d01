"""Texts that do something elsewhere are only texts here: stored as they were sent, or refused with a sentence.

What becomes of a field is learned from a harmless word, and has to hold for every other text as well.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest

from events.codec import Codec
from services.ingest.cloudevents import BATCH
from tests.events.samples import SAMPLES
from tests.services.ingest.doors import Door, Sender
from tests.services.ingest.hostile.accounts import Accounts
from tests.services.ingest.hostile.corpus import INJECTIONS, Path, dumped, places, replaced, texts
from tests.services.ingest.hostile.whole_messages import WHOLE

AT_ONCE = 100
WORD = "zq7x"
TEXTS = [WORD, *INJECTIONS]
KEPT_IN_PART = {"path", "url", "referrer"}
"""Of an address only the path or the site is kept."""

Document = dict[str, Any]


class Field(NamedTuple):
    """A field of a document that holds a text."""

    document: int
    path: Path


class Sent(NamedTuple):
    """A document with one of the texts in a field; ``name`` is its own."""

    field: Field
    text: int
    name: str
    document: Document


def fields(documents: Sequence[Document]) -> list[Field]:
    """Return every field that holds a text, but the ids, which tell the documents apart."""
    return [
        Field(number, path)
        for number, document in enumerate(documents)
        for path in texts(document)
        if path not in {("id",), ("messageId",)}
    ]


def injected(documents: Sequence[Document], prefix: str, id_field: str) -> Iterator[Sent]:
    """Return the documents with every text in every field, and what is a subject's or a mark's beginning before it."""
    for place, field in enumerate(fields(documents)):
        for number, text in enumerate(TEXTS):
            name = f"{prefix}{place}-{number}"
            held = f"customer:{text}" if field.path == ("subject",) else text
            document = replaced({id_field: name, **documents[field.document]}, field.path, held)
            yield Sent(field, number, name, {**document, id_field: name})


def in_place_of_word(document: Any, text: str) -> Any:  # noqa: ANN401 - JSON
    """Return a document in which a text stands wherever the word stood."""
    written = json.dumps(document, ensure_ascii=False)
    return json.loads(written.replace(WORD, json.dumps(text, ensure_ascii=False)[1:-1]))


def said(document: Document) -> Document:
    """Return what an event says, without what tells it from another."""
    return {name: value for name, value in document.items() if name not in {"id", "causationid", "source"}}


def check(sent: Sequence[Sent], landed: dict[str, list[Document]], refused: dict[str, Document]) -> int:
    """Hold each to what the word became in its place; return how many were stored as they were."""
    word: dict[Field, list[Document]] = {each.field: landed.get(each.name, []) for each in sent if each.text == 0}
    exact = 0
    for each in sent:
        if each.name in refused:
            assert refused[each.name]["message"].startswith(f"{refused[each.name]['field']}: ")
            continue
        if set(each.field.path) & KEPT_IN_PART:
            continue
        text, found = TEXTS[each.text], landed.get(each.name, [])
        if word[each.field] or not found:
            assert found == [in_place_of_word(document, text) for document in word[each.field]], (each.field, text)
        else:  # the word was refused, as it is no 'kind:id', and this text is
            assert text in [value for _, value in places(found)], (each.field, text)
        exact += 1
    return exact


def test_every_field_of_every_segment_message(door: Door, sender: Sender, client: httpx.Client) -> None:
    """Ids, names, properties, traits, what the context holds: whatever is kept of a text is the text."""
    refused: dict[str, Any] = {}
    accounts, sent = Accounts(door), list(injected(WHOLE, "m-", "messageId"))
    for some in in_batches(iter(sent)):
        body = dumped({"batch": [each.document for each in some]})
        answer = accounts.settle(client.post("/v1/batch", content=body))
        refused |= {each["messageId"]: each for each in answer["verdicts"] if each["outcome"] == "rejected"}

    exact = check(sent, landed(door, sender.name), refused)

    assert (len(sent) > 1000, exact > 3 * len(refused) > 0) == (True, True)


@pytest.mark.parametrize("part", range(4))
def test_every_field_of_every_type_of_the_catalogue(
    door: Door, sender: Sender, client: httpx.Client, part: int
) -> None:
    """The same for events that are sent as they are, of every version that was ever published."""
    events = [msgspec.json.decode(Codec().encode(sample)) for sample in SAMPLES][part::4]
    refused: dict[str, Any] = {}
    accounts, sent = Accounts(door), list(injected(events, f"{sender.name}:", "id"))
    for some in in_batches(iter(sent)):
        body = dumped([each.document for each in some])
        answer = accounts.settle(client.post("/v1/events", content=body, headers={"Content-Type": BATCH}))
        refused |= {each["messageId"]: each for each in answer["verdicts"] if each["outcome"] == "rejected"}

    found = {f"{sender.name}:{name}": each for name, each in landed(door, sender.name).items()}
    exact = check(sent, found, refused)

    assert (len(sent) > 1000, exact > len(refused) > 0) == (True, True)


def test_a_name_is_a_text_too(door: Door, sender: Sender, client: httpx.Client) -> None:
    """Also the name of a property, of a trait, of an event, and an id; and in what is kept of what was refused."""
    for text in INJECTIONS:
        message = {"userId": f"u {text}", "messageId": f"m {text}", "event": text, "properties": {text: text}}

        stored = client.post("/v1/track", json=message)
        refused = client.post("/v1/identify", json={"messageId": text, "traits": {text: text}})

        assert (stored.status_code, refused.status_code, refused.json()["messageId"]) == (200, 400, text)

    found = {each["data"]["name"]: (each["subject"], each["data"]["properties"]) for each in door.stored(sender.name)}
    query = "SELECT body FROM ingest.verdict WHERE source = %s ORDER BY id"
    bodies = door.connection.execute(query, [sender.name]).fetchall()
    assert found == {text: (f"customer:u {text}", {text: text}) for text in INJECTIONS}
    assert [json.loads(body)["traits"] for (body,) in bodies] == [{text: text} for text in INJECTIONS]


def in_batches(sent: Iterator[Sent]) -> Iterator[list[Sent]]:
    """Return so many of them at a time."""
    while some := list(islice(sent, AT_ONCE)):
        yield some


def landed(door: Door, source: str) -> dict[str, list[Document]]:
    """Return what the events on the log say, by the names of the messages that they came of."""
    found: dict[str, list[Document]] = {}
    for document in sorted(door.stored(source), key=lambda each: str(each["id"])):
        found.setdefault(document["id"].removeprefix(f"{source}:").partition(":")[0], []).append(said(document))
    return found
