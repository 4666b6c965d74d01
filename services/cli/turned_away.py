"""The messages that the front door could not accept, as ``regulars deadletters`` names, finds and shows them."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.files import readable
from services.cli.session import log_to_append
from services.cli.terminal import cell, plural, printable, write, write_table
from services.ingest import resending, verdicts
from services.ingest.resending import Redriven
from services.ingest.verdicts import Kept
from services.installation import Connection, Installation

PAGE_ROWS = 1000


def found(connection: Connection, number: int) -> Kept:
    """Return a message that was turned away. Raises Failure where there is none of that number."""
    row = verdicts.shown(connection, number)
    if row is None:
        message = f"Nothing was turned away as door:{number}: 'regulars deadletters list' shows what was."
        raise Failure(message, ExitCode.NO)
    return row


def everything(connection: Connection) -> Iterator[int]:
    """Yield the numbers of all messages that nobody has settled."""
    after = 0
    while rows := verdicts.listed(connection, after=after, limit=PAGE_ROWS):
        yield from (row.id for row in rows)
        after = rows[-1].id


def redriven(
    installation: Installation, numbers: Iterable[int], *, mended: Path | None = None, as_new: bool = False
) -> list[Redriven]:
    """Send messages once more, and return what came of each."""
    body = None if mended is None else _body(mended)
    with installation.connect("regulars deadletters redrive") as connection:
        log = log_to_append(installation)
        return [resending.redrive(connection, log, number, body, as_new=as_new) for number in numbers]


def _body(path: Path) -> bytes:
    return sys.stdin.buffer.read() if str(path) == "-" else readable(path).read_bytes()


def document(row: Kept) -> dict[str, Any]:
    """Return a message for JSON."""
    return {"place": f"door:{row.id}", **verdicts.document(row)}


def outcome(each: Redriven) -> dict[str, Any]:
    """Return what a redrive did for JSON."""
    return {"place": f"door:{each.id}", **each._asdict(), "turned_away": bool(each.reason)}


def write_rows(rows: Sequence[Kept]) -> None:
    """Print a table of messages."""
    names = ["place", "source", "message id", "fault", "reason", "times", "last at"]
    told = [
        [f"door:{row.id}", row.source, row.message_id, row.fault, f"{row.field}: {row.reason}", row.seen, row.seen_at]
        for row in rows
    ]
    write_table(names, told)
    write()


def write_row(row: Kept) -> None:
    """Print all of a message."""
    write(f"door:{row.id}, turned away at {cell(row.received_at)}", bold=True)
    write(f"source     {row.source}, by {row.protocol} at {printable(row.origin)}")
    write(f"message    {printable(row.message_id)}")
    write(f"fault      {row.fault}")
    write(f"reason     {printable(row.field)}: {printable(row.reason)}")
    write(f"came       {plural(row.seen, 'time')}, the last at {cell(row.seen_at)}")
    if row.settled_at is not None:
        events = f", as {cell(row.events)}" if row.events else ""
        write(f"settled    at {cell(row.settled_at)}: {printable(row.settled)}{events}")
    write(f"body       {printable(row.body.decode(errors='backslashreplace'))}")


def write_outcomes(done: Sequence[Redriven]) -> None:
    """Print what a redrive did with each message, and how many are still turned away."""
    for each in done:
        write(f"door:{each.id}: {_told(each)}")
    still = sum(bool(each.reason) for each in done)
    write(f"{plural(len(done) - still, 'message')} settled, {still:,} still turned away.", bold=True)


def _told(each: Redriven) -> str:
    if each.reason:
        return f"still turned away: {printable(each.reason)}"
    if each.before:
        return "it was settled before; nothing was sent"
    return f"on the log as {cell(each.events)}" if each.events else "its translation makes nothing of it; settled"
