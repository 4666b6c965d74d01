"""What is settled, by the kind of the cursor."""

from datetime import UTC, datetime

import pytest

from services.connecting.postgres_queries import Cursor, Questions
from services.installation import Connection
from tests.services.connecting.calls import calls, connector

FIRST = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
"""In Berlin it is half past two in summer, and half past two in winter comes an hour later."""


def horizon(source: Connection, kind: str, now: datetime | None, **given: object) -> str:
    """Return up to where a table's cursor of a kind is settled, with an overlap of ten minutes, or of ten."""
    source.execute(f"CREATE TABLE moved (at {kind}); INSERT INTO moved VALUES ({given.pop('highest', 'NULL')})")
    read = connector(calls("host=nowhere", table="moved", cursor="at", timezone="Europe/Berlin"))
    assert read.postgres is not None
    questions = Questions(read.postgres, Cursor(["at"], [kind], given.pop("name", kind)))  # type: ignore[arg-type]
    asked = {"overlap": 600, "floor": None, "now": now, **given}
    with source.transaction():
        source.execute("SET LOCAL TimeZone = 'UTC'")
        found: str = source.execute(questions.sweep, asked).fetchall()[0][1]
    return found


def test_an_instant_is_settled_by_the_clock(source: Connection) -> None:
    """As much as a row may be late."""
    assert horizon(source, "timestamptz", FIRST) == "2026-10-25 00:20:00+00"


@pytest.mark.parametrize(
    ("now", "settled"),
    [
        (datetime(2026, 10, 24, 20, 0, tzinfo=UTC), "2026-10-24 21:50:00"),
        (FIRST, "2026-10-25 01:20:00"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25 02:20:00"),
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "2026-03-29 03:20:00"),
    ],
)
def test_a_local_time_that_comes_again_is_not_settled(source: Connection, now: datetime, settled: str) -> None:
    """When summer ends the clock shows an hour twice, and the second one must not count as read with the first."""
    assert horizon(source, "timestamp without time zone", now, name="timestamp") == settled


def test_a_day_is_settled_when_it_is_over_everywhere(source: Connection) -> None:
    """Rows of a day come until the last zone has seen the end of it."""
    assert horizon(source, "date", FIRST) == "2026-10-23"


@pytest.mark.parametrize(("kind", "name", "settled"), [("bigint", "int8", "400"), ("numeric(12,0)", "numeric", "400")])
def test_a_number_is_settled_by_the_highest(source: Connection, kind: str, name: str, settled: str) -> None:
    """As many as a transaction may be behind."""
    assert horizon(source, kind, None, name=name, highest="1000") == settled


def test_what_was_settled_stays_so(source: Connection) -> None:
    """Also where the clock goes back."""
    assert horizon(source, "timestamptz", FIRST, floor="2026-10-25 00:25:00+00") == "2026-10-25 00:25:00+00"
