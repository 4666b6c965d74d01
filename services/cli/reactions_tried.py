"""``regulars reactions test``: what an event would lead to, and why; nothing is changed."""

import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from typer import Argument, Exit, Option

from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.files import readable
from services.cli.session import bring_up_to_date, opened, say_parked
from services.cli.terminal import AsJson, emit, write
from services.reactions._engine.firing import Firing
from services.reactions._engine.hearing import UnreadableSignal
from services.reactions._engine.trying import Foreseen, foresee
from services.reactions._engine.wording import sentence_of
from services.reactions.registered import REACTIONS

File = Annotated[
    Path, Argument(metavar="FILE", help="An event as CloudEvents JSON, or a signal; - for what is piped in.")
]
Late = Annotated[bool, Option("--even-late", help="As if it were never too late: an event may be an old one.")]


def show_foreseen(file: File, even_late: Late = False, as_json: AsJson = False) -> None:
    """Show what an event would lead to: which signals, which reactions would fire, what they would do, and why.

    Nothing is changed. It is asked as things are by now, so an event that the log has may find that all is done. The
    exit code is 1 where nothing would be done.
    """
    document = sys.stdin.buffer.read() if str(file) == "-" else readable(file).read_bytes()
    with opened() as installation:
        say_parked(bring_up_to_date(installation, "reactions test"))
        with closing(installation.connect()) as connection:
            try:
                found = foresee(connection, document, REACTIONS, datetime.now(UTC), even_late=even_late)
            except UnreadableSignal as error:
                message = f"That is no signal: {error}."
                raise Failure(message) from error
    if as_json:
        emit({"signals": found.signals, "firings": [_document(each) for each in found.firings]})
    else:
        _show(found)
    if not any(each.outcome == "fired" for each in found.firings):
        raise Exit(ExitCode.NO)


def _show(found: Foreseen) -> None:
    if not found.signals:
        write("Nothing is signalled at such an event, so nothing reacts to it.")
    for signal in found.signals:
        told = ", ".join(f"{name} {value}" for name, value in signal.detail.items() if value)
        write(f"{signal.kind} of {signal.subject}{': ' if told else ''}{told}", bold=True)
        mine = [each for each in found.firings if each.signal.id == signal.id]
        for firing in mine:
            rule = f", {firing.code}: {firing.words}" if firing.code else ""
            write(f"  {firing.reaction} {WOULD[firing.outcome]}{rule}")
            for document in firing.documents:
                write(f"  - {sentence_of(document)}")
        if not mine:
            write("  Nothing reacts to it.")


WOULD = {"fired": "would fire", "held": "would hold back", "failed": "would fail"}


def _document(firing: Firing) -> dict[str, object]:
    told = {"reaction": firing.reaction, "signal": firing.signal.id, "outcome": firing.outcome}
    return {**told, "code": firing.code, "words": firing.words, "actions": firing.documents}
