"""Records are checked one by one: an event gets its canonical form, and what is none its reason and its place."""

import json
from datetime import UTC, datetime
from typing import Any

from events.codec import MAX_EVENT_BYTES, Codec
from events.log import Chunk
from services.ingest.source import Source
from services.ingest.verdict import Outcome
from services.intake.checking import MOST_SOURCE_CHARACTERS, UNNAMED, UNREAD, Checked, Checker
from tests.contracts.facts import fact, facts
from tests.events.samples import SAMPLES_BY_TYPE

CODEC = Codec()
RECORDED_MS = 1_772_359_200_123
PROBE = fact(1).data.event_type


def check(*values: bytes, sources: tuple[Source, ...] = ()) -> Checked:
    """Check records that lie in partition 3 from offset 70 on, with a gap before each."""
    offsets = [70 + 2 * place for place in range(len(values))]
    chunk = Chunk(3, offsets, list(values), offsets[-1] + 1, None, [RECORDED_MS] * len(values))
    known = {source.name: source for source in sources}
    return Checker(known.get).check([chunk])


def document(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return a fact as it is written, with some changes."""
    return {**json.loads(CODEC.encode(fact(1))), **changes}


def test_an_event_gets_its_canonical_form_however_it_was_written() -> None:
    """Spaces, the order of names, zones and defaults that are written out are not what happened."""
    written = document(time="2026-01-01T14:00:00+02:00", correlationid="")
    backwards = json.dumps(dict(reversed(written.items())), indent=2).encode()

    checked = check(backwards)

    assert backwards != CODEC.encode(fact(1))
    assert checked.events == [("customer:1", CODEC.encode(fact(1)))]


def test_an_old_version_is_let_in_as_the_newest() -> None:
    """What lies on the log was written by us."""
    old = SAMPLES_BY_TYPE["regulars.order.placed.v1"]

    ((subject, value),) = check(CODEC.encode(old)).events

    assert json.loads(value)["type"] == "regulars.order.placed.v2"
    assert subject == old.subject


def test_events_keep_their_order_around_what_is_refused() -> None:
    """What is refused is told by its place on the intake; nothing else of the batch is touched."""
    good = facts(4)
    values = [CODEC.encode(event) for event in good]

    checked = check(values[0], b"no event", values[1], values[2], b"", values[3])

    assert [json.loads(value)["id"] for _, value in checked.events] == [event.id for event in good]
    assert [(refused.origin, refused.body) for refused in checked.refused] == [("3@72", b"no event"), ("3@78", b"")]
    assert {refused.received_at for refused in checked.refused} == {datetime(2026, 3, 1, 10, 0, 0, 123000, tzinfo=UTC)}


def test_whose_a_refused_record_is_is_told_where_it_can_be_read() -> None:
    """Otherwise it is nobody's, under its place; a name that is too long to look for is cut."""
    said = [
        json.dumps({"id": "e-1", "source": "till"}),
        json.dumps({"id": 7, "source": ["till"]}),
        json.dumps({"id": "", "source": ""}),
        json.dumps({"id": "e-2", "source": "t" * 1_000}),
        "[]",
    ]

    refused = check(*map(str.encode, said)).refused

    assert [(each.source, each.message_id) for each in refused] == [
        ("till", "e-1"),
        (UNNAMED, "3@72"),
        (UNNAMED, "3@74"),
        ("t" * MOST_SOURCE_CHARACTERS, "e-2"),
        (UNNAMED, "3@78"),
    ]


def test_what_gets_too_long_by_its_canonical_form_is_refused() -> None:
    """A producer may leave out what is understood by itself; then its event fits, and the one we write does not."""
    order = json.loads(CODEC.encode(SAMPLES_BY_TYPE["regulars.order.placed.v2"]))
    order["data"]["lines"] = [{"product": "p" * 80, "quantity": 1, "unit_price_minor": 1}] * 1900
    short = json.dumps(order, separators=(",", ":")).encode()

    checked = check(short, CODEC.encode(fact(1)))

    assert len(short) < MAX_EVENT_BYTES
    assert [str(each.error).rpartition(";")[2] for each in checked.refused] == [f" the most is {MAX_EVENT_BYTES}"]
    assert len(checked.events) == 1


def test_what_registered_sources_sent_is_counted_and_what_others_sent_is_not() -> None:
    """Anybody may write any name into an event: counts are of those whom we know."""
    till, others = document(source="till"), document(source="others")
    values = [json.dumps(each).encode() for each in (till, others, {"source": "till"}, {"source": "others"}, till)]

    tallies = check(*values, sources=(Source("till"),)).tallies

    assert {(name, kind, outcome): count for (name, _, kind, outcome), count in tallies.items()} == {
        ("till", PROBE, Outcome.STORED): 2,
        ("till", UNREAD, Outcome.REJECTED): 1,
    }
