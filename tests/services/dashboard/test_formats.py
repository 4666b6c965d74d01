"""Figures, money and times, as a page writes them."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from services.dashboard import formats

THIN, SPACE = formats.THIN, formats.SPACE
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def spaced(text: str) -> str:
    """Return a text with plain spaces, and a wave for a minus, as these examples are written."""
    return text.replace(THIN, " ").replace(SPACE, " ").replace(formats.MINUS, "~")


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [(1284429, 0, "1 284 429"), (999, 0, "999"), (-1200, 0, "~1 200"), (0.456, 2, "0.46"), (-0.001, 1, "0.0")],
)
def test_a_figure_has_a_thin_space_at_its_thousands(value: float, digits: int, written: str) -> None:
    """The minus is a minus and no hyphen; what rounds to nothing is not less than nothing."""
    assert spaced(formats.number(value, digits)) == written


def test_a_change_says_in_which_direction() -> None:
    """A plus, a minus, and neither where nothing changed."""
    assert [spaced(formats.signed(each)) for each in (10, -10, 0, 0.2)] == ["+10", "~10", "0", "0"]


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [
        (10048, "EUR", "€100.48"),
        (-226600, "GBP", "~£2 266.00"),
        (1234567, "JPY", "JPY 1 234 567"),
        (1234567, "KWD", "KWD 1 234.567"),
        (5, "CHF", "CHF 0.05"),
        (10**17 + 1, "USD", "$1 000 000 000 000 000.01"),
    ],
)
def test_an_amount_has_its_currency_and_that_currencys_digits(minor: int, currency: str, written: str) -> None:
    """None passes through a float: the last digit of a large amount is there."""
    assert spaced(formats.money(minor, currency)) == written


def test_an_amount_in_whole_units_is_rounded() -> None:
    """For a figure that is read from afar."""
    assert spaced(formats.money(226650, "EUR", whole=True)) == "€2 266"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0 s"),
        (42, "42 s"),
        (90, "1 min 30 s"),
        (11400, "3 h 10 min"),
        (7200, "2 h"),
        (90061, "1 d 1 h"),
        (-60, "1 min"),
    ],
)
def test_a_stretch_of_time_is_told_in_two_units(seconds: int, written: str) -> None:
    """A smaller unit that has nothing to tell is left out."""
    assert spaced(formats.duration(timedelta(seconds=seconds))) == written
    assert spaced(formats.duration(seconds)) == written


def test_a_time_is_told_in_utc() -> None:
    """Wherever it was written down, and as a text as JSON has it, too."""
    elsewhere = datetime(2026, 11, 22, 13, 30, tzinfo=timezone(timedelta(hours=4)))

    assert formats.date_time(elsewhere) == "22 Nov 2026, 09:30 UTC"
    assert formats.date_time("2026-11-22T09:30:00Z") == "22 Nov 2026, 09:30 UTC"
    assert formats.iso(elsewhere) == "2026-11-22T09:30:00Z"
    assert formats.short_time(elsewhere) == "Sun 22, 09:30"


def test_a_time_without_a_zone_is_refused() -> None:
    """Nobody could say what it means."""
    with pytest.raises(ValueError, match="has no time zone"):
        formats.date_time("2026-11-22T09:30:00")


def test_a_day_is_told_without_a_time() -> None:
    """Of an instant it is the day in UTC."""
    assert formats.day(date(1984, 3, 9)) == formats.day("1984-03-09") == "9 Mar 1984"
    assert formats.day(datetime(2026, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))) == "31 Dec 2025"
    assert formats.iso(date(1984, 3, 9)) == "1984-03-09"


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(seconds=-3), "just now"),
        (timedelta(hours=-3, minutes=-10), "3 h ago"),
        (timedelta(minutes=25), "in 25 min"),
        (timedelta(days=-122), "4 months ago"),
    ],
)
def test_words_say_how_far_an_instant_is(away: timedelta, words: str) -> None:
    """In its largest unit, and in months where days would say nothing."""
    assert spaced(formats.relative(NOON + away, NOON)) == words


def test_what_is_missing_is_a_dash() -> None:
    """A gap would look like an error."""
    written = [
        formats.number(None),
        formats.signed(None),
        formats.money(None, "EUR"),
        formats.money(3, None),
        formats.percent(None),
        formats.duration(None),
        formats.date_time(None),
        formats.day(None),
        formats.relative(None, NOON),
    ]

    assert set(written) == {formats.DASH}


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("41 % bring 80 % of 1,049,170.30 GBP.", "41 % bring 80 % of £1 049 170.30."),
        ("They lost -1,200 EUR, and 12 RED ROSES, 3,5 CUPS.", "They lost -€1 200, and 12 RED ROSES, 3,5 CUPS."),
        ("2,000 searches, 99 USDX", "2 000 searches, 99 USDX"),
        ("1,234.50 CHF", "1 234.50 CHF"),
        ("85 contacts from 2011-01-01; order 2011-99-01", "85 contacts from 1 Jan 2011; order 2011-99-01"),
    ],
)
def test_a_reports_sentence_is_written_as_pages_write(said: str, written: str) -> None:
    """Its amounts and thousands; what a product is called stays as it is."""
    assert spaced(formats.spoken(said)) == written


def test_codes_counts_shares_and_places_are_told_in_words() -> None:
    """As people write them."""
    assert formats.worded("wrong_item") == "Wrong item"
    assert spaced(formats.counted(1, "customer")) == "1 customer"
    assert spaced(formats.counted(2000, "search", "searches")) == "2 000 searches"
    assert spaced(formats.percent(Decimal("0.3275"), 2)) == "32.75 %"
    assert formats.place(2, 889416) == "p2@889416"
