"""The drawn report: it fits a plain terminal, and says everything in words."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from services.demo import wording
from services.demo.rendering import render
from services.demo.report import Report, Wish


def drawn(report: Report, columns: int) -> str:
    """Return the report as it is printed into a pipe."""
    console = Console(file=StringIO(), width=columns)
    console.print(render(report))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("columns", [80, 100])
def test_the_report_fits_a_plain_terminal(report: Report, columns: int) -> None:
    """No line is wider than the terminal, nothing is cut off, and a pipe gets no colour codes."""
    text = drawn(report, columns)

    assert max(len(line.rstrip()) for line in text.splitlines()) <= columns
    assert ("…" in text, "\x1b" in text) == (False, False)
    assert all(one.name in text for one in report.best)
    assert all(one.name in text for one in report.quiet)
    assert all(one.name in text for one in report.late)
    assert all(wish.query in text for wish in report.wishes)
    assert all(end in text for end in ("are simulated.", "settled.", "in all.", "by chance.", "are open."))


def test_the_finding_is_one_sentence(report: Report) -> None:
    """Who brings the revenue stands there as a sentence with its figures, and no number is torn at a line's end."""
    share = replace(report.revenue, bringing=717, customers=2122, net_minor=205_252_926)

    text = drawn(replace(report, revenue=share), 80)

    assert "34\u202f% of the known customers, 717 of 2\u202f122, bring 80\u202f% of their revenue of" in text
    assert "£2\u202f052\u202f529." in text


@pytest.mark.parametrize(
    ("amount_minor", "currency", "expected"),
    [
        (205_252_926, "GBP", "£2\u202f052\u202f529"),
        (99_949, "EUR", "€999"),
        (-123_456, "USD", "$-1\u202f235"),
        (100_000, "CHF", "CHF\u202f1\u202f000"),
    ],
)
def test_money_has_its_sign_and_thin_spaces(amount_minor: int, currency: str, expected: str) -> None:
    """An amount is shown in whole units, thousands apart by a thin space that does not break."""
    shown = wording.money(amount_minor, currency)

    assert shown == expected


def test_a_search_cannot_steer_the_terminal(report: Report) -> None:
    """What customers typed is shown without control characters."""
    typed = replace(report, wishes=[Wish("bird\x1b[2Jfeeder", 3, 2, 1)])

    text = drawn(typed, 80)

    assert "bird?[2Jfeeder" in text


def test_a_shop_without_trouble_says_so(report: Report) -> None:
    """Where a part has nothing to show, a sentence says what that means."""
    happy = replace(report, quiet=[], wishes=[], pairs=[], late=[], visits=[])

    text = drawn(happy, 80)

    assert "Nobody among the best has been silent" in text
    assert "Every search found something." in text
    assert "No two products were bought together often enough" in text
