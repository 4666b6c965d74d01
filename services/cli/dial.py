"""``regulars dial``: works out how loud each customer is, month by month, and makes a month's dials again."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from typer import Exit, Option

from services.cli import points
from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.session import built, log_to_append, opened, past_is_kept
from services.cli.terminal import AsJson, emit, plural, progress, write
from services.dial.fitting import READ, Done, Months, Wanted, currencies, fill_dials, fit_month, today
from services.dial.formula import FORMULA, Formula
from services.dial.replaying import Again, NeverFitted, compute_month

Currency = Annotated[str | None, Option("--currency", metavar="CODE", help="In one currency; in all by itself.")]
Clock = Annotated[
    str | None, Option("--now", metavar="TIME", help="The clock to reckon by; the last event's by itself.")
]
AllMonths = Annotated[bool, Option("--all-months", help="Each month of the last three years that has no dials yet.")]
Weights = Annotated[
    str | None, Option("--weights", metavar="N,N,N", help="Of now, heading and potential, 100 together: 40,20,40.")
]
Month = Annotated[str, Option("--month", metavar="MONTH", help="Which, such as 2026-03.")]


def fit(
    now: Clock = None,
    currency: Currency = None,
    all_months: AllMonths = False,
    weights: Weights = None,
    as_json: AsJson = False,
) -> None:
    """Fit the forecasts, record them on the log, and keep the dials of the clock's month.

    All customers' histories are read in one snapshot, up to the clock's day. The month's dials of before are replaced.
    With --all-months each month of the last three years gets dials as of its last day; those that have them stay.
    """
    formula = FORMULA if weights is None else _formula(weights)
    day = _day(now)
    with opened() as installation, installation.connect("regulars dial") as connection:
        built(connection, READ)
        log = log_to_append(installation)
        last = day or today(connection)
        with progress("Fitting") as heard:
            if all_months:
                months = Months(last, currency, formula)
                done = fill_dials(connection, log, installation.connect, months, heard)
            else:
                wanted = [Wanted(each, last, formula) for each in currencies(connection, currency)]
                done = [fit_month(connection, log, installation.connect, each) for each in wanted]
    if as_json:
        emit([each._asdict() for each in done])
    else:
        _show(done)


def compute(month: Month, currency: Currency = None, as_json: AsJson = False) -> None:
    """Make a month's dials again from its last fit on the log and the events that it was fitted to.

    The digests before and after are printed. The exit code is 1 where they differ: then the old dials were not what the
    log says, and the new ones are.
    """
    first = _month(month)
    with opened() as installation, installation.connect("regulars dial") as connection:
        built(connection, READ)
        past_is_kept(connection, installation.kafka)
        log = log_to_append(installation)
        try:
            done = {
                each: compute_month(connection, log, installation.connect, first, each)
                for each in currencies(connection, currency)
            }
        except NeverFitted as error:
            raise Failure(str(error), ExitCode.NO) from error
    if as_json:
        emit([_document(each, again) for each, again in done.items()])
    else:
        for each, again in done.items():
            _show_again(each, again)
    if not all(again.equal for again in done.values()):
        raise Exit(ExitCode.NO)


def _formula(weights: str) -> Formula:
    given = [int(each) for each in weights.split(",")] if re.fullmatch(r"\d{1,3},\d{1,3},\d{1,3}", weights) else []
    if sum(given) != 100:  # noqa: PLR2004 - percent
        message = f"--weights is {weights!r}: write three whole numbers that are 100 together, such as 40,20,40."
        raise Failure(message)
    return Formula(*given)


def _day(now: str | None) -> date | None:
    at: datetime | None = None if now is None else points.instant(now)
    return None if at is None else at.date()


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        message = f"--month is {text!r}: write such as 2026-03."
        raise Failure(message) from None


def _show(done: list[Done]) -> None:
    if not done:
        write("Nothing to do: every month has its dials, or nobody has ordered yet.")
    for each in done:
        what = f"nobody has a dial: {each.reason}" if each.reason else f"{plural(each.customers, 'customer')} dialled"
        write(f"{each.day:%Y-%m}  by {each.day}  {each.currency}  {what}")


def _document(currency: str, again: Again) -> dict[str, Any]:
    return {"currency": currency, **again._asdict(), "equal": again.equal}


def _show_again(currency: str, again: Again) -> None:
    write(f"{plural(again.customers, 'customer')} in {currency}, by {again.event_id}", bold=True)
    write(f"  before  {again.before}")
    write(f"  after   {again.after}")
    if again.equal:
        write("  equal", colour="green")
    else:
        write("  DIFFERENT", colour="red")
