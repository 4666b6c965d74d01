"""The duplicate window against the rule in plain words, however a history is cut, handed over or spread out."""

import tracemalloc
from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.log import Outcome
from events.log.window import ENTRY_BYTES, WINDOW_OFFSETS, Entries, Repeats, Window, entries_of, merged
from projections._engine.reference import PlainWindow


class Seen(NamedTuple):
    """A record of a partition; one without an id is no event."""

    offset: int
    event_id: str | None
    value: bytes


Parts = list[list[Seen]]


def rule(records: Sequence[Seen], size_offsets: int) -> Repeats:
    """Return what does not count: an id that stands among the last so many offsets before, with the same bytes or not.

    This is the rule as ``events.log.window`` words it, and nothing else.
    """
    repeats: Repeats = {}
    for place, record in enumerate(records):
        earlier = [
            other.value
            for other in records[:place]
            if other.event_id == record.event_id is not None and record.offset - other.offset <= size_offsets
        ]
        if earlier:
            repeats[record.offset] = Outcome.DUPLICATE if record.value in earlier else Outcome.CONFLICT
    return repeats


def entries(records: Sequence[Seen]) -> Entries:
    """Return what is to be remembered of some records."""
    return entries_of(
        [each.event_id for each in records], [each.value for each in records], [each.offset for each in records]
    )


def admitted(window: Window, parts: Parts) -> Repeats:
    """Return what a window says of records that come in parts."""
    repeats: Repeats = {}
    for part in parts:
        repeats |= window.admit(entries(part))
    return repeats


@st.composite
def histories(draw: st.DrawFn) -> Parts:
    """Return a history with few ids and bodies and with gaps between its offsets, in parts of any length."""
    offset = draw(st.sampled_from([0, 7, 2**32 - 5, 10**12]))
    steps = st.tuples(st.sampled_from([1, 1, 1, 2, 3, 40]), st.sampled_from("abcde") | st.none(), st.sampled_from("xy"))
    parts: Parts = [[]]
    for step, event_id, value in draw(st.lists(steps, max_size=60)):
        offset += step
        if draw(st.integers(0, 3)) == 0:
            parts.append([])
        parts[-1].append(Seen(offset, event_id, value.encode()))
    return parts


SIZES = st.integers(1, 30)


@given(histories(), SIZES)
def test_it_decides_as_the_rule_says_however_the_records_come_in(parts: Parts, size_offsets: int) -> None:
    """A history cut into chunks of any length has the repeats that it has as a whole."""
    together = [record for part in parts for record in part]

    expected = rule(together, size_offsets)

    assert admitted(Window(size_offsets=size_offsets), parts) == expected
    assert admitted(Window(size_offsets=size_offsets), [together]) == expected
    assert admitted(Window(size_offsets=size_offsets), [[record] for record in together]) == expected


@given(histories(), SIZES, st.data())
def test_whoever_takes_over_decides_the_same(parts: Parts, size_offsets: int, data: st.DataObject) -> None:
    """What was remembered is stored part by part, and the next owner needs no more of it than a window."""
    repeats: Repeats = {}
    window = Window(size_offsets=size_offsets)
    stored: list[tuple[int, bytes]] = []
    for number, part in enumerate(parts):
        cut = data.draw(st.integers(0, len(part)), label="taken in two pieces, cut at")
        pieces = [entries(part[:cut]), entries(part[cut:])]
        for piece in pieces:
            repeats |= window.admit(piece)
        stored.append((merged(pieces).base, merged(pieces).to_bytes()))
        if data.draw(st.booleans(), label=f"handed over after part {number}"):
            end = max((record.offset + 1 for held in parts[: number + 1] for record in held), default=0)
            loaded = [Entries.from_bytes(*each).within(end - size_offsets, end) for each in stored]
            window = Window(loaded, size_offsets)

    assert repeats == rule([record for part in parts for record in part], size_offsets)


@given(histories(), SIZES, st.data())
def test_rows_that_overlap_are_remembered_whole(parts: Parts, size_offsets: int, data: st.DataObject) -> None:
    """Two owners stored some of the same records: what the row before holds is left out, and nothing else."""
    together = [record for part in parts for record in part]
    ends = sorted(data.draw(st.sets(st.integers(0, len(together)), max_size=5), label="rows end at"))
    runs, held = [], 0
    for end in ends:
        first = data.draw(st.integers(0, held), label="and begin at")
        known_until = together[held - 1].offset + 1 if held else 0
        runs.append(entries(together[first:end]).within(known_until, together[-1].offset + 1 if together else 0))
        held = end

    repeats = admitted(Window(runs, size_offsets), [together[held:]])

    later = {record.offset for record in together[held:]}
    expected = rule(together, size_offsets)
    assert repeats == {offset: outcome for offset, outcome in expected.items() if offset in later}


def test_what_two_rows_hold_is_known() -> None:
    """The second owner began three records back: what only the first row holds is remembered too."""
    records = [Seen(offset, f"e-{offset}", b"x") for offset in range(10)]
    runs = [entries(records[:6]), entries(records[3:]).within(6, 10)]
    again = [Seen(10 + record.offset, record.event_id, record.value) for record in records]

    repeats = admitted(Window(runs), [again])

    assert repeats == dict.fromkeys(range(10, 20), Outcome.DUPLICATE)


@given(histories(), SIZES)
def test_the_plain_window_says_the_same(parts: Parts, size_offsets: int) -> None:
    """The reference that verifies the pump decides one event at a time, and forgets in another way."""
    together = [record for part in parts for record in part]
    plain = PlainWindow(size_offsets)

    said = {
        record.offset: plain.admit(record.offset, record.event_id, record.value)
        for record in together
        if record.event_id is not None
    }

    expected = rule(together, size_offsets)
    assert said == {offset: expected.get(offset, Outcome.STORED) for offset in said}


@pytest.mark.parametrize("at_once", [True, False], ids=["in one batch", "in two batches"])
@pytest.mark.parametrize(
    ("distance", "said"), [(1, Outcome.DUPLICATE), (10, Outcome.DUPLICATE), (11, None)], ids=["next", "last", "too far"]
)
def test_an_event_is_known_for_as_many_offsets_as_the_window_has(
    distance: int, said: Outcome | None, *, at_once: bool
) -> None:
    """At exactly the window's length it is known still; one offset further it counts again."""
    first, again = Seen(5, "a", b"x"), Seen(5 + distance, "a", b"x")
    between = [Seen(offset, f"other-{offset}", b"x") for offset in range(6, 5 + distance)]
    parts = [[first, *between, again]] if at_once else [[first], between, [again]]

    repeats = admitted(Window(size_offsets=10), parts)

    assert repeats == ({} if said is None else {again.offset: said})


def test_the_window_is_a_million_offsets() -> None:
    """As the rule says that people are told; a replay must never decide by another figure."""
    first, last, too_late = (Seen(at, "a", b"x") for at in (0, 1_000_000, 2_000_001))

    assert WINDOW_OFFSETS == 1_000_000
    assert admitted(Window(), [[first], [last], [too_late]]) == {1_000_000: Outcome.DUPLICATE}


def test_the_same_id_with_other_bytes_is_a_conflict_and_those_bytes_again_are_a_duplicate() -> None:
    """What was parked once is not parked a second time when its source sends it again."""
    said = [b"x", b"y", b"y", b"x", b"z"]

    repeats = admitted(Window(), [[Seen(offset, "a", value)] for offset, value in enumerate(said)])

    assert repeats == {
        1: Outcome.CONFLICT,
        2: Outcome.DUPLICATE,
        3: Outcome.DUPLICATE,
        4: Outcome.CONFLICT,
    }


def test_what_is_no_event_is_like_nothing() -> None:
    """Records that could not be decoded have no id: the same bytes again are poison again."""
    poison = [Seen(offset, None, b"poison") for offset in range(6)]

    assert admitted(Window(), [poison[:2], poison[2:]]) == {}


def test_sixteen_bytes_are_remembered_of_an_event_and_come_back_as_they_were() -> None:
    """Whoever stores them counts on the length, and whoever loads them on the content."""
    held = entries([Seen(2**40 + offset, f"e-{offset}", b"x" * offset) for offset in range(50)])

    stored = held.to_bytes()

    assert len(stored) == 50 * ENTRY_BYTES == 800
    back = Entries.from_bytes(held.base, stored)
    assert back.to_bytes() == stored
    assert [field.tolist() for field in back[1:]] == [field.tolist() for field in held[1:]]
    assert back.within(2**40 + 10, 2**40 + 20).last_offset == 2**40 + 19
    assert Entries.from_bytes(0, entries([]).to_bytes()).to_bytes() == b""


def test_no_more_is_held_than_the_window_needs() -> None:
    """After many times its length it takes the memory of some lengths, and not of all that it has seen."""
    size_offsets, part = 10_000, 1_000
    window = Window(size_offsets=size_offsets)
    tracemalloc.start()

    for first in range(0, 20 * size_offsets, part):
        window.admit(entries([Seen(offset, f"e-{offset}", b"x") for offset in range(first, first + part)]))

    held_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size_offsets * ENTRY_BYTES <= held_bytes < 4 * size_offsets * ENTRY_BYTES
