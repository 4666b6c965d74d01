"""The planner knows a table as soon as it is filled: a report that comes before autovacuum is not slow for it."""

from contextlib import closing

from events.log.postgres import Journal
from projections._engine.as_of import HappenedBy
from projections._engine.past import made
from projections._engine.projector import Projector
from projections.identity import Identity
from tests.projections.engine.tables import Connect, pump
from tests.projections.engine.tally import Tally, search
from tests.projections.shop import NOON

TALLY = Tally()
DECLARED = [Identity(), TALLY]
ROWS_KNOWN = "SELECT reltuples FROM pg_class WHERE relname = %s AND relnamespace::regnamespace::text LIKE %s"


def rows_known(connect: Connect, table: str, schema: str) -> float:
    """Return how many rows the planner believes a table to have; -1 is never looked at."""
    with connect() as connection:
        (rows,) = connection.execute(ROWS_KNOWN, [table, schema]).fetchone() or (None,)
    assert rows is not None
    return float(rows)


def test_a_new_table_and_one_that_grew_by_much_are_known(connect: Connect, journal: Journal) -> None:
    """One that grew by little is left to autovacuum."""
    table = f"tally_v{TALLY.version}_g1"
    known = []

    for searched, enough in ((10, 1000), (20, 1000), (30, 10)):
        journal.append([search(number, by=f"customer:{number}") for number in range(searched)])
        with closing(Projector(journal, connect, DECLARED, analyzed_from=enough)) as projector:
            projector.catch_up()
        known.append(rows_known(connect, table, "projection"))

    assert known == [10, 10, 30]
    assert rows_known(connect, "person_of", "projection") == 0


def test_the_tables_of_a_past_are_known(connect: Connect, journal: Journal) -> None:
    """Nobody else would look at them before the first report."""
    journal.append([search(1)])
    pump(journal, connect, DECLARED)

    made(DECLARED, journal, connect, HappenedBy(NOON.replace(year=2100)))

    assert rows_known(connect, f"tally_v{TALLY.version}", "past%") > 0
