"""Kill -9 of who decides and relays, at points and at any moment: what was decided is on the log, once, in order."""

from collections import defaultdict
from contextlib import closing
from random import Random

from events.codec import Codec
from events.log import topics
from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from projections import PROJECTIONS
from projections._engine.registry import live_tables
from projections._engine.verify import verify
from services.installation import Connection, connect
from tests.contracts.kafka_topics import PARTITIONS
from tests.faults.desk_worker import POINTS, DeskWorker
from tests.kafka_messages import messages_of
from tests.projections.engine.tables import pump

RANDOM_KILLS = 4
LONGEST_LIFE_SECONDS = 0.4

DECIDED = "SELECT state FROM desk.stored_events ORDER BY notification_id"
JOURNAL = 'SELECT value FROM journal.event ORDER BY partition, "offset"'
COUNTED = "SELECT count(*), count(DISTINCT id) FROM projection.timeline"


def kill_many(dsn: str, cluster: Cluster | None) -> None:
    """Have processes decide and relay, and be killed; and at last one relay what they left."""
    dice = Random(8)
    for point in POINTS:
        assert DeskWorker(dsn, cluster, point).killed(), point
    for _ in range(RANDOM_KILLS):
        assert DeskWorker(dsn, cluster).killed(dice.uniform(0, LONGEST_LIFE_SECONDS))
    assert DeskWorker(dsn, cluster, decides=False).stop() == 0


def by_subject(values: list[bytes]) -> dict[str, list[bytes]]:
    """Return events by whom they are about, each in the order given, and once: the first of it counts."""
    subjects: defaultdict[str, dict[bytes, None]] = defaultdict(dict)
    for value in values:
        subjects[Codec().decode(value).subject].setdefault(value)
    return {subject: list(several) for subject, several in subjects.items()}


def decided(connection: Connection) -> list[bytes]:
    """Return what was decided, in order."""
    return [bytes(state) for (state,) in connection.execute(DECIDED)]


def test_over_kafka_nothing_is_lost_and_nothing_counts_twice(database: str, kafka: Cluster) -> None:
    """Some is there twice, with the same bytes; each subject's order is that of the decisions; the folds count once."""
    topics.create(kafka, PARTITIONS)

    kill_many(database, kafka)

    with connect(database) as connection, closing(KafkaLog(kafka)) as log:
        wanted, found = decided(connection), [message.value for message in messages_of(kafka, kafka.events)]
        projections = [each for each in PROJECTIONS if each.name in {"tasks", "timeline"}]
        pump(log, lambda: connect(database), projections)
        verdicts = list(verify(connection, live_tables(connection, projections), log))
        counted = connection.execute(COUNTED).fetchone()
    assert by_subject(found) == by_subject(wanted)
    assert len(found) > len(wanted) == len(set(wanted))
    assert [verdict.equal for verdict in verdicts] == [True, True]
    assert counted == (len(wanted), len(wanted))


def test_in_the_journal_each_is_once(database: str) -> None:
    """Where the log and the position lie in one database, nothing is even there twice."""
    kill_many(database, None)

    with connect(database) as connection:
        wanted = decided(connection)
        found = [bytes(value) for (value,) in connection.execute(JOURNAL)]
    assert len(found) == len(wanted)
    assert by_subject(found) == by_subject(wanted)
