"""Keeps the directory in step with the log between two refreshes: whoever something was heard of is worked out anew.

It reads of whom each event is, behind where the projections stand and at its own pace, so it costs the pump nothing.
Where very much came at once, such as a history, everybody is worked out anew instead.
"""

from collections.abc import Iterator
from datetime import datetime
from threading import Event

import msgspec

from events.log import EventLog, Record
from projections._engine.registry import Connection
from services.cli.reporting import Report
from services.directory import queries
from services.directory.filling import State, alone, fill, fill_some, positions_of, state_of
from services.house.clock import clock_of
from services.installation import Installation

AT_ONCE = 2_000
MOST_BEHIND = 300_000
"""From here on it is quicker to work everybody out."""

LOOK_SECONDS = 0.5
LINKS = (b'"identifier"', b'"other"', b'"card"')


class _Ends(msgspec.Struct):
    """What an event says of whom else it concerns."""

    identifier: str = ""
    other: str = ""
    card: str = ""


class _Linking(msgspec.Struct):
    data: _Ends


LINKING = msgspec.json.Decoder(_Linking)


def follow(connection: Connection, log: EventLog, now: datetime) -> int:
    """Bring the directory up to where the projections stand, and return how many events were taken in.

    Where it was never filled, or is of another log, or far behind, everybody is worked out.
    """
    state, ends = state_of(connection), positions_of(connection)
    if not ends:
        return 0
    if (
        state is None
        or state.log_id != log.log_id
        or len(state.positions) != len(ends)
        or _behind(state, ends) > MOST_BEHIND
    ):
        fill(connection, log.log_id, now)
        return sum(ends)
    taken = 0
    while behind := _behind(state, ends):
        with alone(connection), connection.transaction():
            current = state_of(connection)
            if current is None or current.positions != state.positions:
                return taken  # somebody else took it in
            positions, subjects = _read(log, list(state.positions), ends)
            fill_some(connection, subjects, state, now)
            connection.execute(queries.MOVE_STATE, {"positions": positions})
        state = state._replace(positions=positions)
        taken += behind - _behind(state, ends)
    return taken


def follow_until_stopped(installation: Installation, stop: Event, report: Report) -> None:
    """Keep the directory in step until told to stop."""
    del report
    log = installation.log()
    with installation.connect("regulars directory") as connection:
        while not stop.is_set():
            follow(connection, log, clock_of(connection).now())
            stop.wait(LOOK_SECONDS)


def _behind(state: State, ends: list[int]) -> int:
    return sum(max(0, end - position) for end, position in zip(ends, state.positions, strict=True))


def _read(log: EventLog, positions: list[int], ends: list[int]) -> tuple[list[int], set[str]]:
    """Return how far some more of the log goes, and whom it concerns."""
    subjects: set[str] = set()
    left = AT_ONCE
    for partition, end in enumerate(ends):
        while positions[partition] < end and left > 0:
            records = log.records(partition, positions[partition], min(left, end - positions[partition]))
            records = [record for record in records if record.offset < end]
            if not records:
                positions[partition] = end  # what is not held any more was taken in, or is of nobody
                break
            for record in records:
                subjects.update(_concerned(record))
            positions[partition] = records[-1].offset + 1
            left -= len(records)
    return positions, subjects


def _concerned(record: Record) -> Iterator[str]:
    yield record.key
    if any(word in record.value for word in LINKS):
        try:
            ends = LINKING.decode(record.value).data
        except msgspec.MsgspecError:
            return  # no event that anybody could fold
        yield from filter(None, (ends.identifier, ends.other, ends.card and f"card:{ends.card}"))
