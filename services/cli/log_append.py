"""``regulars log append``: events straight onto the log, one CloudEvents JSON a line."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, BinaryIO, NamedTuple

from typer import Argument, Exit, Option

from events.codec import Codec
from events.envelope import Envelope
from events.errors import BadEvent
from events.log import EventLog, Outcome, Receipt
from services.cli.exit_codes import ExitCode
from services.cli.files import readable
from services.cli.session import bring_up_to_date, log_to_append, opened, say_parked
from services.cli.terminal import AsJson, emit, encoded, plural, write

BATCH_LINES = 500
LISTED_LINES = 20
REJECTED = "rejected"

File = Annotated[Path, Argument(metavar="FILE", help="The file, or - for what is piped in.")]
NoProject = Annotated[bool, Option("--no-project", help="Leave it to others to fold what is new.")]


class _Verdict(NamedTuple):
    """What became of a line: an Outcome or ``rejected``, where it lies on the log, and what is wrong with it."""

    line: int
    verdict: str
    id: str = ""
    partition: int | None = None
    offset: int | None = None
    reason: str = ""


def append(file: File, no_project: NoProject = False, as_json: AsJson = False) -> None:
    """Append events, one CloudEvents JSON a line, and print a verdict for each line.

    What is stored is stored durably, also where a later line is bad. An id that the log holds is a duplicate where the
    content is the same, which changes nothing, and a conflict where it is not. The exit code is 3 where a line was
    rejected or conflicts.

    Kafka does not know ids: there every line is stored, and the projections count an id once. What has another content
    under a known id is parked when it is folded; see 'regulars deadletters list'.
    """
    with _lines(file) as lines, opened() as installation:
        log = log_to_append(installation)
        batches = iter(lambda: list(islice(lines, BATCH_LINES)), [])
        verdicts = [verdict for batch in batches for verdict in _appended(log, batch)]
        counts = Counter(verdict.verdict for verdict in verdicts)
        if as_json:
            emit({"counts": counts, "lines": encoded(verdicts)})
        else:
            _show(verdicts, counts)
        if not no_project:
            say_parked(bring_up_to_date(installation, "log append"))
    if counts[REJECTED] or counts[Outcome.CONFLICT]:
        raise Exit(ExitCode.PARTLY)


@contextmanager
def _lines(file: Path) -> Iterator[Iterator[tuple[int, bytes]]]:
    """Yield the numbered lines that are not blank."""
    if str(file) == "-":
        yield _numbered(sys.stdin.buffer)
        return
    with readable(file).open("rb") as stream:
        yield _numbered(stream)


def _numbered(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    return ((number, line) for number, line in enumerate(stream, start=1) if line.strip())


def _appended(log: EventLog, lines: Iterable[tuple[int, bytes]]) -> list[_Verdict]:
    verdicts: list[_Verdict] = []
    accepted: list[tuple[int, Envelope]] = []
    codec = Codec()
    for number, line in lines:
        try:
            accepted.append((number, codec.decode(line.strip())))
        except BadEvent as error:
            verdicts.append(_Verdict(number, REJECTED, reason=str(error)))
    receipts = log.append([envelope for _, envelope in accepted])
    verdicts += [
        _verdict(number, envelope, receipt) for (number, envelope), receipt in zip(accepted, receipts, strict=True)
    ]
    return sorted(verdicts)


def _verdict(number: int, envelope: Envelope, receipt: Receipt) -> _Verdict:
    reason = ""
    if receipt.outcome is Outcome.CONFLICT:
        reason = "id: the log holds it with another content, at the place named here"
    return _Verdict(number, receipt.outcome.value, envelope.id, receipt.partition, receipt.offset, reason)


def _show(verdicts: list[_Verdict], counts: Counter[str]) -> None:
    for each in verdicts:
        if each.verdict == Outcome.STORED and len(verdicts) > LISTED_LINES:
            continue
        place = "" if each.partition is None else f" at {each.partition}@{each.offset}"
        write(f"line {each.line}: {each.verdict}{place}{': ' if each.reason else ''}{each.reason}")
    summary = ", ".join(f"{counts[name]:,} {name}" for name in (*Outcome, REJECTED) if counts[name])
    write(f"{plural(len(verdicts), 'line')}: {summary}" if verdicts else "There were no lines.", bold=True)
