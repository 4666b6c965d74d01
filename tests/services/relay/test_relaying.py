"""A relay goes on over what passes."""

import pytest

from events.log import topics
from events.log.cluster import Cluster
from services.relay.relaying import relay_until_stopped
from services.settings import Settings
from tests.conftest import Connect
from tests.contracts.kafka_topics import PARTITIONS
from tests.kafka_messages import messages_of
from tests.services.running import Running, away

RAISE = """
INSERT INTO engine.signal (kind, subject, event_id, happened_at, detail)
VALUES ('complaint_opened', 'customer:1', %s, '2026-03-01 10:00Z', '{}')
"""

POSITION = "SELECT position FROM engine.relay WHERE name = 'signals'"


@pytest.fixture
def relay(database: str, kafka: Cluster) -> Running:
    """Return a relay of the fresh database, not yet begun."""
    topics.create(kafka, PARTITIONS)
    settings = Settings(postgres=database, kafka=kafka)
    return Running(lambda stop, report: relay_until_stopped(settings, kafka, stop, report))


def test_it_begins_again_where_the_database_was_away(
    relay: Running, kafka: Cluster, database: str, postgres: str, connect: Connect
) -> None:
    """It says so once, and publishes what came in meanwhile, each signal once."""
    with relay:
        relay.wait_for("relaying")
        connect().execute(RAISE, ["before"])
        relay.wait_for("published")
        with away(database, postgres):
            relay.wait_for("away")
        connection = connect()
        connection.execute(RAISE, ["after"])
        relay.wait_for("relaying", times=2)
        relay.wait_until(lambda: connection.execute(POSITION).fetchone() == (2,))

    found = [message.id.split(":")[0] for message in messages_of(kafka, kafka.signals)]
    assert found == ["before", "after"]
