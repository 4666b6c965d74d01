"""Kill -9 of a door between the log's acknowledgement and its commit: all is there, and what is twice counts once."""

import signal
from collections import Counter
from contextlib import closing
from functools import partial

from events.log.cluster import Cluster
from projections._engine.projector import Projector
from projections.timeline import Timeline
from services import installation
from tests.conftest import Connect
from tests.contracts.facts import facts
from tests.contracts.kafka_topics import PARTITIONS, OpenKafka
from tests.services.intake.conftest import Start
from tests.services.intake.killed import killed_after_append
from tests.services.intake.producing import produce_events
from tests.services.intake.reading import committed, stored_ids

COUNTED = "SELECT count(*), count(DISTINCT id) FROM projection.timeline"


def test_what_a_killed_door_let_in_twice_counts_once(
    kafka: Cluster, open_kafka: OpenKafka, start: Start, database: str, connect: Connect
) -> None:
    """The next door begins where the killed one had committed, and writes the same events again, in the same order."""
    log, sent = open_kafka(), facts(60)
    produce_events(kafka, sent, PARTITIONS)
    code = killed_after_append(kafka, database)
    written = stored_ids(log)

    with start() as door:
        door.wait_until(lambda: sum(committed(kafka).values()) == len(sent))

    with closing(Projector(log, partial(installation.connect, database), [Timeline()])) as projector:
        progress = projector.catch_up()
    assert code == -signal.SIGKILL
    assert written != []
    assert Counter(stored_ids(log)) == Counter([event.id for event in sent]) + Counter(written)
    assert (progress.events, progress.duplicates) == (len(sent) + len(written), len(written))
    assert connect().execute(COUNTED).fetchone() == (len(sent), len(sent))
