"""``regulars customer``: one customer's page, of now or as of a point in the past."""

from collections.abc import Mapping
from typing import Annotated, Any

from typer import Argument, Exit, Option

from services.cli import points
from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.points import Point
from services.cli.report_shown import heading, shown
from services.cli.rows import EMPTY, write_rows
from services.cli.session import opened, past_is_kept
from services.cli.terminal import AsJson, cell, emit, write
from services.reports.customer import SECTIONS, Section, page_as_of

Subject = Annotated[str, Argument(metavar="SUBJECT", help="Whom, by any identifier, such as customer:42.")]
Part = Annotated[str | None, Option("--section", metavar="NAME", help="One section of the page alone.")]
Known = Annotated[str | None, Option("--known", metavar="WHEN", help="As we knew them then: a time, or a date.")]
Happened = Annotated[
    str | None, Option("--happened", metavar="WHEN", help="As they were then, also if heard of later.")
]
Clock = Annotated[str | None, Option("--now", metavar="TIME", help="The clock to reckon by; now, or the past's.")]


def customer(
    subject: Subject,
    section: Part = None,
    known: Known = None,
    happened: Happened = None,
    now: Clock = None,
    as_json: AsJson = False,
) -> None:
    """Show a customer's page: who they are, what they are worth, like, wish and complain of, and what to offer next.

    Any identifier of theirs will do. --known and --happened show the page as of a point in the past, folded from that
    person's events.
    """
    whom, wanted, point = points.subject(subject), _sections(section), _point(known, happened)
    clock = None if now is None else points.instant(now)
    with opened() as installation, installation.connect("regulars customer") as connection:
        past_is_kept(connection, installation.kafka)
        told = page_as_of(connection, whom, None if point is None else point.until, clock, wanted)
    if as_json:
        emit(told)
    else:
        _show(whom, told)
    if "profile" in told and told["profile"] is None:
        raise Exit(ExitCode.NO)


def _sections(name: str | None) -> list[Section]:
    wanted = [each for each in SECTIONS if name in {None, each.name}]
    if not wanted:
        message = f"There is no section {name!r}; there are: {', '.join(each.name for each in SECTIONS)}."
        raise Failure(message)
    return wanted


def _point(known: str | None, happened: str | None) -> Point | None:
    if known is not None and happened is not None:
        message = "--known and --happened are two clocks: give one."
        raise Failure(message)
    when = known or happened
    if when is None:
        return None
    return points.point(when, known=known is not None, happened=happened is not None, at_positions=None)


def _show(subject: str, told: Mapping[str, Any]) -> None:
    if "profile" in told and told["profile"] is None:
        write(f"Nothing is known of {subject}.")
        return
    for name, section in told.items():
        if isinstance(section, Mapping):
            write(f"\n{heading(name)}", bold=True)
            _show_fields(section)
        elif section:
            write_rows(heading(name), [_row(row) for row in section])
        else:
            write(f"\n{heading(name)}: nothing")


def _show_fields(section: Mapping[str, Any]) -> None:
    currency = str(section.get("currency", ""))
    held = {key: value for key, value in section.items() if value not in EMPTY}
    widest = max((len(heading(key)) for key in held), default=0)
    for key, value in held.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            write_rows(f"  {heading(key)}", [_row(row) for row in value])
        else:
            write(f"  {heading(key):<{widest}}  {cell(shown(key, value, currency))}")


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    currency = str(row.get("currency", ""))
    return {heading(key): shown(key, value, currency) for key, value in row.items()}
