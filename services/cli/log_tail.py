"""``regulars log tail``: the newest events, and those to come."""

import time
from collections.abc import Iterator, Mapping
from contextlib import nullcontext, suppress
from typing import Annotated, Any, NamedTuple

import msgspec
from typer import Option

from events.codec import Codec
from events.envelope import Envelope
from events.errors import BadEvent
from events.log import EventLog, Record, partition_of
from events.log.newest import Reach, newest
from services.cli import points
from services.cli.session import opened
from services.cli.terminal import cell, emit, printable, write

LOOK_SECONDS = 0.2
PAGE_RECORDS = 1_000
DATA_CHARACTERS = 160

Count = Annotated[int, Option("-n", "--count", min=0, metavar="N", help="How many of the newest events to show.")]
Follow = Annotated[bool, Option("-f", "--follow", help="Go on with what comes, until Ctrl-C.")]
OfSubject = Annotated[
    str | None, Option("--subject", metavar="SUBJECT", help="Only events of this subject, such as customer:42.")
]
OfType = Annotated[
    str | None, Option("--type", metavar="TEXT", help="Only events whose type contains this text, such as order.")
]
AsLines = Annotated[bool, Option("--json", help="Print one JSON document a line.")]


class _Filter(NamedTuple):
    subject: str | None
    type_part: str | None

    def takes(self, record: Record) -> bool:
        """Return whether a record is wanted; one that cannot be decoded has no type."""
        if self.subject is not None and record.key != self.subject:
            return False
        return self.type_part is None or self.type_part in _type_of(record)


def tail(
    count: Count = 10,
    follow: Follow = False,
    subject: OfSubject = None,
    type_part: OfType = None,
    as_lines: AsLines = False,
) -> None:
    """Show the newest events in the order in which the log recorded them, or follow them as they come.

    A line shows when the event was recorded, its place as PARTITION@OFFSET, its type, its subject and what it says.
    A filter on the type reads the log backwards until enough is found.
    """
    wanted = _Filter(points.subject(subject) if subject else None, type_part)
    printed = _print_json if as_lines else _print_line
    with opened() as installation, suppress(KeyboardInterrupt) if follow else nullcontext():
        log = installation.log()
        ends = _ends(log, wanted)
        for record in _newest(log, ends, wanted, count):
            printed(record)
        if follow:
            for record in _coming(log, ends, wanted):
                printed(record)


def _ends(log: EventLog, wanted: _Filter) -> dict[int, int]:
    """Return where the log ends now, in the partitions that can hold what is wanted."""
    ends = log.ends()
    if wanted.subject is None:
        return ends
    partition = partition_of(wanted.subject, log.partitions)
    return {partition: ends[partition]}


def _newest(log: EventLog, ends: Mapping[int, int], wanted: _Filter, count: int) -> list[Record]:
    page = min(count, PAGE_RECORDS) if wanted == _Filter(None, None) else PAGE_RECORDS
    found = list(newest(log, ends, Reach(count, page), lambda records: filter(wanted.takes, records)))
    found.sort(key=lambda record: (record.recorded_at, record.partition, record.offset))
    return found[-count:] if count else []


def _coming(log: EventLog, positions: dict[int, int], wanted: _Filter) -> Iterator[Record]:
    while True:
        ends = log.ends()
        for partition, position in positions.items():
            if position < ends[partition]:
                records = log.records(partition, position, PAGE_RECORDS)
                positions[partition] = records[-1].offset + 1 if records else ends[partition]
                yield from filter(wanted.takes, records)
        time.sleep(LOOK_SECONDS)


def _type_of(record: Record) -> str:
    envelope = _decoded(record)
    return envelope.data.event_type if isinstance(envelope, Envelope) else ""


_CODEC = Codec()


def _decoded(record: Record) -> Envelope | BadEvent:
    try:
        return _CODEC.decode(record.value)
    except BadEvent as error:
        return error


def _print_line(record: Record) -> None:
    place = f"{record.partition}@{record.offset}"
    envelope = _decoded(record)
    if isinstance(envelope, BadEvent):
        write(
            f"{cell(record.recorded_at)}  {place:<10} UNREADABLE  {printable(record.key)}  {printable(str(envelope))}"
        )
        return
    said = printable(msgspec.json.encode(envelope.data).decode())
    cut = said if len(said) <= DATA_CHARACTERS else said[:DATA_CHARACTERS] + "…"
    write(f"{cell(record.recorded_at)}  {place:<10} {envelope.data.event_type}  {printable(record.key)}  {cut}")


def _print_json(record: Record) -> None:
    document: dict[str, Any] = {
        "partition": record.partition,
        "offset": record.offset,
        "recorded_at": record.recorded_at,
    }
    envelope = _decoded(record)
    if isinstance(envelope, BadEvent):
        emit(document | {"error": str(envelope), "value": record.value.decode(errors="backslashreplace")})
    else:
        emit(document | {"event": msgspec.Raw(record.value)})
