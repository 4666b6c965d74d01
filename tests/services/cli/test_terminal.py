"""What a person reads is what was meant, and nothing steers the terminal."""

from datetime import UTC, date, datetime

import pytest

from services.cli.terminal import cell, plural, printable


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (False, "no"),
        (1234567, "1,234,567"),
        (1234.56, "1,234.6"),
        (datetime(2026, 3, 1, 10, 0, 7, 5, tzinfo=UTC), "2026-03-01 10:00:07"),
        (date(2026, 3, 1), "2026-03-01"),
        ({"town": "York", "visits": 1000}, "town: York, visits: 1,000"),
        (["a", 2], "a, 2"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
    ],
)
def test_a_value_is_shown_as_a_person_reads_it(value: object, text: str) -> None:
    """Numbers with their thousands, times in UTC to the second, and control characters spelled out."""
    shown = cell(value)

    assert shown == text


def test_a_text_keeps_its_letters_and_lines() -> None:
    """Only what could steer the terminal is spelled out."""
    shown = printable("Käse 🧀\nline \u202e\x07")

    assert shown == "Käse 🧀\nline \\u202e\\x07"


def test_a_count_has_its_word() -> None:
    """One event, two events."""
    shown = [plural(1, "event"), plural(2000, "event"), plural(0, "match", "matches")]

    assert shown == ["1 event", "2,000 events", "0 matches"]
