"""A row becomes JSON without loss."""

from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from events.errors import BadEvent
from services.connecting.postgres_records import Row, moment
from tests.services.connecting.reads import reader, swept


def value(centre: str, written: str, **changes: object) -> Any:  # noqa: ANN401 - any JSON
    """Return what a record holds of a value."""
    query = f'"SELECT 1 AS id, {written} AS value"'
    with closing(reader(centre, table=None, query=query, cursor="id", **changes)) as reading:
        (record,) = swept(reading)
    return record["value"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("12.50::numeric(10,2)", "12.50"),
        ("123456789012345678901234567890.0000000001::numeric", "123456789012345678901234567890.0000000001"),
        ("7::numeric", "7"),
        ("'NaN'::numeric", "NaN"),
        ("0.1::float8", 0.1),
        ("'Infinity'::float8", "Infinity"),
        ("9223372036854775807", 9223372036854775807),
        ("true", True),
        ("NULL::text", None),
        (r"'\\x00ff10'::bytea", "AP8Q"),
        ('\'{\\"a\\": [1.5, 2], \\"b\\": null}\'::jsonb', {"a": [1.5, 2], "b": None}),
        ("'{\\\"a\\\": 1.10}'::json", {"a": 1.1}),
        ("'{\\\"a\\\": 0.12345678901234567890123}'::json", {"a": "0.12345678901234567890123"}),
        ("'[1e400, 123456789012345678901234567890]'::json", ["1e400", "123456789012345678901234567890"]),
        ("ARRAY[[1.25, 2], [NULL, 0.50]]::numeric[]", [["1.25", "2"], [None, "0.50"]]),
        ("'2026-03-01 10:00+02'::timestamptz", "2026-03-01T08:00:00+00:00"),
        ("'infinity'::timestamptz", "infinity"),
        ("'2026-03-01'::date", "2026-03-01"),
        ("'1 day 2 hours'::interval", "P1DT2H"),
        ("'b8a0e8a2-3c1a-4b58-9d7c-0a3e7c1f6a55'::uuid", "b8a0e8a2-3c1a-4b58-9d7c-0a3e7c1f6a55"),
        ("U&'\\\\00e9 \\\\2603'", "é ☃"),
    ],
)
def test_a_value_is_read_without_loss(centre: str, written: str, read: object) -> None:
    """Numerics are texts, bytes are base64, times are ISO 8601 in UTC, JSON is JSON."""
    found = value(centre, written)

    assert (found, type(found)) == (read, type(read))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-07-01 10:00:00.123456", "2026-07-01T08:00:00.123456+00:00"),
        ("2026-01-01 10:00:00", "2026-01-01T09:00:00+00:00"),
        ("2026-10-25 02:30:00", "2026-10-25T00:30:00+00:00"),
        ("infinity", "infinity"),
        ("0044-03-15 10:00:00 BC", "0044-03-15T10:00:00 BC"),
    ],
)
def test_a_time_without_a_zone_is_of_the_zone_that_the_connector_says(centre: str, written: str, read: str) -> None:
    """Of an hour that the clock shows twice the first one is meant; what no calendar of ours has stays as it is."""
    assert value(centre, f"'{written}'::timestamp", timezone="Europe/Berlin") == read


def test_bytes_that_are_no_text_cost_their_own_row() -> None:
    """A database without an encoding can hold them, and hands them out as they are."""
    found = Row({"id": 20}, ZoneInfo("UTC")).record(b'{"id": 1, "about": "caf\xe9"}')

    assert isinstance(found, BadEvent)
    assert (found.fault, found.field) == ("malformed", "row")


@pytest.mark.parametrize(
    ("kind", "cursor", "came_about"),
    [
        ("timestamptz", "2026-03-01 10:00:00.5+00", datetime(2026, 3, 1, 10, 0, 0, 500_000, UTC)),
        ("timestamp", "2026-03-01 10:00:00", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("date", "2026-03-01", datetime(2026, 2, 28, 23, tzinfo=UTC)),
        ("timestamptz", "infinity", None),
        ("timestamp", "0044-03-15 10:00:00 BC", None),
        ("int8", "17", None),
    ],
)
def test_a_cursor_tells_when_a_row_came_about(kind: str, cursor: str, came_about: datetime | None) -> None:
    """Where it is a time that we can hold; a number tells nothing."""
    assert moment(kind, cursor, ZoneInfo("Europe/Berlin")) == came_about
