"""``regulars report``: any report, of now or of the past."""

from datetime import date, datetime
from typing import Annotated

from typer import Argument, Option

from services.cli import points
from services.cli.failures import Failure
from services.cli.points import Point
from services.cli.report_shown import show
from services.cli.session import built, opened, with_rows
from services.cli.terminal import AsJson, emit, progress, write
from services.reports import REPORTS
from services.reports.asking import Asked, LookBack, Told, ask
from services.reports.report import BadQuestion, Report

Name = Annotated[str | None, Argument(metavar="NAME", help="Which; without it, what there is.")]
Store = Annotated[str | None, Option("--store", metavar="STORE", help="Of one store alone.")]
Begin = Annotated[str | None, Option("--from", metavar="DAY", help="The period's first day, in UTC.")]
End = Annotated[str | None, Option("--to", metavar="DAY", help="The period's last day, in UTC.")]
Currency = Annotated[
    str | None, Option("--currency", metavar="CODE", help="Which money to count; the one of most orders by itself.")
]
About = Annotated[str | None, Option("--about", metavar="WHAT", help="Narrow it, such as to a product; see --explain.")]
Limit = Annotated[int, Option("--limit", min=1, max=10_000, metavar="N", help="The most rows of a list.")]
Clock = Annotated[
    str | None, Option("--now", metavar="TIME", help="The clock to reckon by; the last event's by itself.")
]
Known = Annotated[str | None, Option("--known", metavar="WHEN", help="As the log knew it then: a time, or a date.")]
Happened = Annotated[str | None, Option("--happened", metavar="WHEN", help="As it was then, also if we heard later.")]
AtPositions = Annotated[
    str | None, Option("--at-positions", metavar="VECTOR", help="As of a place on the log: PARTITION:NEXT_OFFSET,….")
]
Explain = Annotated[bool, Option("--explain", help="Say what its figures mean, and where the formulas come from.")]


def report(
    name: Name = None,
    store: Store = None,
    begin: Begin = None,
    end: End = None,
    currency: Currency = None,
    about: About = None,
    limit: Limit = 10,
    now: Clock = None,
    known: Known = None,
    happened: Happened = None,
    at_positions: AtPositions = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Show a report: of everything, of a store or a period, of now or as of a point in the past.

    There are two clocks for the past. --known counts what the log had recorded by WHEN; --happened what had happened by
    WHEN, also what was recorded later. The first look at a past folds the log up to there; it is kept for the next.
    """
    if name is None:
        _list(as_json=as_json)
        return
    wanted = _named(name)
    if explain:
        _explain(wanted, as_json=as_json)
        return
    asked = Asked(store, _day(begin), _day(end), currency, limit, about, _instant(now))
    told = _asked(wanted, asked, _point(known, happened, at_positions))
    if as_json:
        emit(told.document())
    else:
        show(told)


def _list(*, as_json: bool) -> None:
    rows = [{"name": each.name, "title": each.title} for each in REPORTS]
    if as_json:
        emit(rows)
        return
    for row in rows:
        write(f"{row['name']:<22}{row['title']}")


def _named(name: str) -> Report:
    for each in REPORTS:
        if each.name == name:
            return each
    message = f"There is no report {name!r}; there are: {', '.join(each.name for each in REPORTS)}."
    raise Failure(message)


def _explain(wanted: Report, *, as_json: bool) -> None:
    if as_json:
        emit({"name": wanted.name, "title": wanted.title, "definition": wanted.definition, "about": wanted.about})
        return
    write(wanted.title, bold=True)
    write(wanted.definition)
    if wanted.about:
        write(f"\n--about: {wanted.about}")


def _point(known: str | None, happened: str | None, at_positions: str | None) -> Point | None:
    given = [text for text in (known, happened, at_positions) if text is not None]
    if not given:
        return None
    if len(given) > 1:
        message = "--known, --happened and --at-positions are three ways to name a point: give one."
        raise Failure(message)
    when = None if at_positions else given[0]
    return points.point(when, known=known is not None, happened=happened is not None, at_positions=at_positions)


def _day(text: str | None) -> date | None:
    return None if text is None else points.day(text)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else points.instant(text)


def _asked(wanted: Report, asked: Asked, point: Point | None) -> Told:
    with opened() as installation, installation.connect("regulars report") as connection:
        built(connection, [each for each in with_rows(installation.kafka) if each.name in wanted.reads])
        until = None if point is None else point.until
        try:
            with progress("Folding the past") as heard:
                connect = installation.connect
                back = None if until is None else LookBack(until, installation.log(), connect, heard)
                return ask(connection, wanted, asked, back)
        except BadQuestion as error:
            raise Failure(str(error)) from error
