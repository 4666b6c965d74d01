"""The oracle agrees with the engine where the engine is right, however hostile the history."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from projections import PROJECTIONS
from projections._engine import digest, registry
from services.installation import connect
from tests.conftest import Connect
from tests.oracle.shop import BATCH_EVENTS, POISON, REPEATED, Repeating, Shop, judged, told
from tests.oracle.stored import snapshot
from tests.oracle.tables import TABLES, TIMELINE
from tests.projections.engine.tables import drain, live_tables

FOLDER = Path(__file__).parent
OF_ITS_TESTS = {"conftest.py", "shop.py"}
PACKAGES = {"kafka", "psycopg", "jsonschema"}


def imported(path: Path) -> Iterator[str]:
    """Yield the names of the modules that a module imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                yield str(node.module)
            case _:
                pass


def test_it_stands_on_its_own() -> None:
    """It imports the standard library, three packages and itself: nothing of what it judges."""
    modules = [
        path for path in FOLDER.glob("*.py") if not path.name.startswith("test_") and path.name not in OF_ITS_TESTS
    ]

    foreign = {
        f"{path.name}: {name}"
        for path in modules
        for name in imported(path)
        if name.partition(".")[0] not in sys.stdlib_module_names | PACKAGES and f"{name}.".partition("tests.oracle.")[0]
    }

    assert (foreign, len(modules) > len(TABLES)) == (set(), True)


def test_it_tells_every_projection() -> None:
    """A new projection is told here too, by hand."""
    assert {*TABLES, TIMELINE} == {projection.name for projection in PROJECTIONS}


def test_it_agrees_with_the_engine_on_a_hostile_history(shop: Shop) -> None:
    """Every type and version, late, repeated, in conflict, and poison in between: there is nothing to find."""
    verdict = judged(shop)

    assert (verdict.equal, verdict.findings) == (True, [])
    assert verdict.events == sum(shop.log.ends().values())
    assert (verdict.duplicates, verdict.conflicts, verdict.parked) == (REPEATED, REPEATED, REPEATED + len(POISON))
    assert (verdict.lost, verdict.doubled) == (0, 0)
    assert verdict.tables.keys() == {*TABLES, TIMELINE}
    assert all(table["rows"] == table["expected_rows"] > 0 for table in verdict.tables.values())
    assert all(table["held"] == table["expected"] and not table["behind"] for table in verdict.tables.values())
    assert sum(verdict.per_type.values()) == verdict.events - len(POISON)


def test_the_history_leaves_nothing_out(shop: Shop) -> None:
    """There are signals to judge, persons and shared devices, and every type was sent: else agreeing means little."""
    with psycopg.connect(shop.dsn) as connection:
        signals = connection.execute("SELECT count(*) > 0 FROM engine.signal").fetchone()
        persons = connection.execute("SELECT count(*) > 0, bool_or(shared) FROM projection.person_of").fetchone()

    assert (signals, persons) == ((True,), (True, True))
    assert len(judged(shop).per_type) == len(list((FOLDER.parent / "events" / "fixtures").glob("*.json")))


def test_its_digests_are_the_engines(shop: Shop) -> None:
    """Two programmes, one canonical form: the digests are the same to the last letter."""
    verdict = judged(shop)

    with connect(shop.dsn) as connection:
        tables = [table for table in registry.live_tables(connection, PROJECTIONS) if table.projection.name in TABLES]
        digests = {table.projection.name: digest.table_digest(connection, table).digest for table in tables}

    assert {name: table["held"] for name, table in verdict.tables.items() if name in TABLES} == digests


def test_each_table_is_judged_where_it_stands(database: str, connect: Connect) -> None:
    """Tables that stand at different places, none of them at the log's end, are right as far as they have come."""
    log = Repeating(4)
    for key, value in told():
        log.append_bytes(key, value)
    with connect() as connection:
        tables = live_tables(connection, log, PROJECTIONS)
        for number, table in enumerate(tables, start=1):
            until = {partition: end * number // (len(tables) + 1) for partition, end in log.ends().items()}
            drain(log, connect, [table], batch_events=BATCH_EVENTS, until=until)

    verdict = judged(Shop(database, log))

    assert verdict.findings == []
    behind = [verdict.tables[table.projection.name]["behind"] for table in tables]
    assert behind == sorted(behind, reverse=True)
    assert behind[-1] > 0


def test_it_judges_what_it_is_asked_about(shop: Shop) -> None:
    """A group of projections may live on a server of its own; what is not there cannot be judged."""
    assert judged(shop, "visits", "identity").tables.keys() == {"visits", "identity"}
    assert judged(shop, "visits", "weather").findings == ["weather has no live table"]


def test_a_database_without_tables_is_not_right(database: str) -> None:
    """Nothing to judge is no success."""
    assert judged(Shop(database, Repeating(4))).findings == ["no table is live: there is nothing to judge"]


def test_it_changes_nothing(shop: Shop) -> None:
    """It cannot, even by mistake: its transaction only reads."""
    with snapshot(shop.dsn) as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("DELETE FROM engine.signal")
