"""Draws the shop report for a terminal: 80 columns are enough, and no status is told by its colour alone."""

from collections.abc import Iterable, Iterator
from datetime import UTC
from textwrap import fill

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from services.demo import wording
from services.demo.report import PROMISE_HOURS, Report

Column = tuple[str, str]
"""A heading, and whether its values stand to the ``left`` or to the ``right``."""


class Sentence:
    """A sentence that wraps at its spaces only; Rich would also break a number at its thin spaces."""

    def __init__(self, text: str, style: str = "", indent: str = "  ") -> None:
        """Keep the text, its style, and what stands before each line."""
        self._text = text
        self._style = style
        self._indent = indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Wrap to the width that there is."""
        wrapped = fill(
            self._text,
            options.max_width,
            initial_indent=self._indent,
            subsequent_indent=self._indent,
            break_on_hyphens=False,
        )
        yield Text(wording.plain(wrapped), self._style, no_wrap=True)


def render(report: Report) -> RenderableType:
    """Return the whole report, to be printed on a console."""
    sections = (_opening, _revenue, _best, _quiet, _wishes, _pairs, _complaints, _visits, _headlines)
    return Group(*(part for section in sections for part in (*section(report), Text())))


def _opening(report: Report) -> Iterator[RenderableType]:
    begin, now = report.begin.astimezone(UTC), report.now.astimezone(UTC)
    since, until = f"{wording.day(begin)} {begin.year}", f"{wording.day(now)} {now.year}"
    yield Sentence(f"The shop from {since} to {until}", "bold", "")
    yield Sentence(
        f"Now is the time of its last event: {until}, {wording.clock(now)} UTC. The orders are real."
        " The names, and what happens around the orders, are simulated.",
        "dim",
        "",
    )


def _revenue(report: Report) -> Iterator[RenderableType]:
    share = report.revenue
    part = wording.percent(share.bringing, share.customers)
    yield _heading("Who brings the revenue")
    yield Sentence(
        f"{part} of the known customers, {wording.number(share.bringing)} of {wording.number(share.customers)}, bring"
        f" {share.percent}{wording.THIN}% of their revenue of {wording.money(share.net_minor, report.currency)}."
    )


def _best(report: Report) -> Iterator[RenderableType]:
    yield _heading("The ten best customers")
    yield _table(
        (
            *(("Customer", "left"), ("Number", "right"), ("Orders", "right")),
            *(("Revenue", "right"), ("Of all", "right"), ("Last order", "right")),
        ),
        (
            (
                customer.name,
                wording.identifier(customer.person),
                wording.number(customer.orders),
                wording.money(customer.net_minor, report.currency),
                wording.percent(customer.net_minor, report.revenue.net_minor, digits=1),
                wording.day(customer.last_order),
            )
            for customer in report.best
        ),
    )


def _quiet(report: Report) -> Iterator[RenderableType]:
    yield _heading("Good customers who went quiet")
    if not report.quiet:
        yield Sentence("Nobody among the best has been silent for unusually long.")
        return
    aggrieved = sum(customer.grudge is not None for customer in report.quiet)
    yield Sentence(
        "Each has been silent for three of their usual intervals or longer."
        f" Behind {aggrieved} of these {len(report.quiet)} stands a complaint that was answered late or never settled."
    )
    yield _table(
        (("Customer", "left"), ("Revenue", "right"), ("Every", "right"), ("Silent", "right"), ("Complaint", "left")),
        (
            (
                customer.name,
                wording.money(customer.net_minor, report.currency),
                wording.interval(customer.usual_days),
                wording.span(customer.silent_days * 24),
                wording.told(customer.grudge) if customer.grudge else Text("none", "dim"),
            )
            for customer in report.quiet
        ),
    )


def _wishes(report: Report) -> Iterator[RenderableType]:
    yield _heading("Searched for and not found")
    if not report.wishes:
        yield Sentence("Every search found something.")
        return
    first = report.wishes[0]
    yield Sentence(
        f"“{first.query}” is missed most: {wording.number(first.regulars)} regulars looked for it"
        f" in vain, of {wording.number(first.askers)} people in all."
    )
    yield _table(
        (("Search", "left"), ("In vain", "right"), ("People", "right"), ("Regulars", "right")),
        (
            (
                wish.query,
                wording.number(wish.without_result),
                wording.number(wish.askers),
                wording.number(wish.regulars),
            )
            for wish in report.wishes
        ),
    )


def _pairs(report: Report) -> Iterator[RenderableType]:
    yield _heading("Bought together")
    if not report.pairs:
        yield Sentence("No two products were bought together often enough to tell.")
        return
    first = report.pairs[0]
    yield Sentence(
        f"{wording.titled(first.product_name)} with {wording.titled(first.other_name)}: bought together in"
        f" {wording.number(first.baskets)} baskets, {first.lift:.0f} times more often than by chance."
    )
    yield _table(
        (("Products", "left"), ("Baskets", "right"), ("Times chance", "right")),
        (
            (
                f"{wording.titled(pair.product_name)}\n  + {wording.titled(pair.other_name)}",
                wording.number(pair.baskets),
                f"{pair.lift:.0f}",
            )
            for pair in report.pairs
        ),
    )


def _complaints(report: Report) -> Iterator[RenderableType]:
    promise, hours = report.promise, f"{PROMISE_HOURS:.0f} hours"
    answered_late = f"{wording.number(promise.broken)} later or not at all"
    yield _heading(f"Complaints that waited for more than {hours}")
    yield Sentence(
        f"Of {wording.number(promise.complaints)} complaints {wording.number(promise.kept)} had an answer within"
        f" {hours}, {answered_late}. {wording.number(promise.open)} are open."
    )
    if not report.late:
        return
    yield _table(
        (("Customer", "left"), ("About", "left"), ("Raised", "right"), ("Waited", "right"), ("State", "left")),
        (
            (
                late.name,
                wording.cause(late.grudge),
                wording.day(late.grudge.opened),
                wording.span(late.grudge.waited_hours),
                wording.state(late.grudge),
            )
            for late in report.late
        ),
    )


def _visits(report: Report) -> Iterator[RenderableType]:
    if not report.visits:
        return
    first = report.visits[0]
    yield _heading(f"The last visits of {first.name}, from entering to leaving")
    yield _table(
        (("Day", "right"), ("Entered", "left"), ("Left", "left"), ("In between", "left")),
        (
            (
                wording.day(visit.entered),
                f"{wording.clock(visit.entered)} {visit.entry_page}",
                f"{wording.clock(visit.left)} {visit.exit_page}",
                wording.done(visit),
            )
            for visit in report.visits
        ),
    )


def _headlines(report: Report) -> Iterator[RenderableType]:
    yield _heading("What else there is to ask, and what it says first")
    for each in report.headlines:
        yield Sentence(f"{each.title} (regulars report {each.name}): {each.sentence}")


def _heading(text: str) -> RenderableType:
    return Text(wording.plain(text), "bold cyan")


def _table(columns: Iterable[Column], rows: Iterable[tuple[str | Text, ...]]) -> RenderableType:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    for name, side in columns:
        table.add_column(name, justify="right" if side == "right" else "left", no_wrap=side == "right")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(wording.plain(cell)) for cell in row))
    return Group(Text(), Padding(table, (0, 0, 0, 2), expand=False))
