"""What was relayed long ago is deleted bit by bit; what was not relayed, or is young, stays."""

from collections.abc import Sequence

import pytest

from services.installation import Connection
from services.relay.outbox import make_positions
from services.relay.outboxes import OFFER, SIGNAL, make_outboxes
from services.relay.pruning import HEARD, PUBLISHED, Prunable, Pruner
from tests.conftest import Connect

ROWS = """
WITH made AS (
    SELECT n, now() - (CASE n WHEN 5 THEN 29 ELSE 31 END) * interval '1 day' AS at FROM generate_series(1, 5) AS n
), signals AS (
    INSERT INTO engine.signal (kind, subject, event_id, happened_at, created_at, detail)
    SELECT 'visit_started', 'customer:1', 'e-' || n, at, at, '{}' FROM made ORDER BY n)
INSERT INTO reactions.offer (key, subject, made_at, document)
SELECT 'o-' || n, 'customer:1', at, '{}' FROM made ORDER BY n
"""
RELAYED = "UPDATE engine.relay SET position = %s WHERE name = %s"
LEFT = """
SELECT (SELECT array_agg(id ORDER BY id) FROM engine.signal), (SELECT array_agg(id ORDER BY id) FROM reactions.offer)
"""

ALL = [1, 2, 3, 4, 5]
HEARING = "reactions"


@pytest.fixture
def connection(connect: Connect) -> Connection:
    """Return a connection to a database with five signals and offers, the last of which is young."""
    connection = connect()
    make_outboxes(connection)
    make_positions(connection, [SIGNAL._replace(name=HEARING)])
    connection.execute(ROWS)
    return connection


def pruned(connection: Connection, prunables: Sequence[Prunable]) -> tuple[list[int], list[int]]:
    """Prune until there is nothing to do, and return the signals and the offers that are left."""
    pruner = Pruner(connection, prunables)
    while pruner.step():
        pass
    signals, offers = connection.execute(LEFT).fetchall()[0]
    return signals, offers


def test_what_was_not_relayed_stays(connection: Connection) -> None:
    """However old it is: over Kafka what was not published, in the embedded mode what the reactions have not heard."""
    connection.execute(RELAYED, [3, SIGNAL.name])
    connection.execute(RELAYED, [2, OFFER.name])

    embedded, over_kafka = pruned(connection, HEARD), pruned(connection, PUBLISHED)

    assert embedded == (ALL, ALL)
    assert over_kafka == ([4, 5], [3, 4, 5])


def test_what_the_reactions_have_heard_goes_in_the_embedded_mode(connection: Connection) -> None:
    """Offers stay: nobody publishes them, and their table is where they are looked at."""
    connection.execute(RELAYED, [2, HEARING])

    assert pruned(connection, HEARD) == ([3, 4, 5], ALL)


def test_what_is_young_stays(connection: Connection) -> None:
    """Also where it was relayed: somebody may want to see what became of it."""
    connection.execute(RELAYED, [5, SIGNAL.name])
    connection.execute(RELAYED, [5, OFFER.name])

    assert pruned(connection, PUBLISHED) == ([5], [5])


def test_a_step_is_small(connection: Connection) -> None:
    """So that nobody who writes there waits for long; after the last one it does not look again at once."""
    connection.execute(RELAYED, [4, SIGNAL.name])
    pruner = Pruner(connection, PUBLISHED, step_rows=2)

    steps = [pruner.step() for _ in range(3)]
    connection.execute(RELAYED, [5, SIGNAL.name])
    connection.execute("UPDATE engine.signal SET created_at = '2020-01-01'")

    assert steps == [2, 2, 0]
    assert pruner.step() == 0


def test_where_nobody_reacts_yet_nothing_goes(connection: Connection) -> None:
    """There is no position that tells what was heard."""
    connection.execute("DELETE FROM engine.relay")

    assert pruned(connection, HEARD) == pruned(connection, PUBLISHED) == (ALL, ALL)
