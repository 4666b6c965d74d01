"""Pasts of everybody: what else becomes of them. That each is a fold of the events up to there is law 7."""

from events.catalog.visits import VisitStarted
from events.envelope import Envelope
from events.log.postgres import Journal
from projections._engine.as_of import HappenedBy
from projections._engine.past import made
from projections.identity import Identity
from projections.timeline import Timeline
from tests.projections.engine.tables import Connect, live_tables, pump
from tests.projections.shop import NOON

DECLARED = [Identity(), Timeline()]
LEFT = "SELECT (SELECT count(*) FROM engine.past), (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'past%')"


def test_pasts_of_a_log_go_when_the_events_are_kept_in_another_way(connect: Connect, journal: Journal) -> None:
    """As when the log moves to Kafka: their views hang on the one over the journal, which is replaced."""
    journal.append([Envelope(id="1", source="urn:t", time=NOON, subject="customer:1", data=VisitStarted())])
    pump(journal, connect, DECLARED)
    made(DECLARED, journal, connect, HappenedBy(NOON))
    with connect() as connection:
        before = connection.execute(LEFT).fetchone()

        live_tables(connection, journal, [Timeline()])

        assert (before, connection.execute(LEFT).fetchone()) == ((1, 1), (0, 0))
