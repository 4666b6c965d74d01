"""``regulars log copy``: the demo's data move from the journal onto Kafka, and nobody can tell by the answers."""

import gzip
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from events.log import topics
from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from events.log.postgres import Journal
from projections import PROJECTIONS
from projections._engine.projector import stored
from services.connectors.importing import import_file
from services.connectors.loading import built_in
from services.demo.loading import MAPPING, ORDERS, SEED, imported
from services.demo.simulator import simulated
from tests.conftest import PARTITIONS, Connect
from tests.services.cli.conftest import OnTheJournal, Regulars
from tests.services.cli.ran import as_lines, order, viewed

ORDER_LINES = 4_000
LIFE = 8_000  # so that a batch has several thousand events of a partition

CHECKPOINTS = """
SELECT table_name, partition, log_id, next_offset, epoch FROM engine.checkpoint ORDER BY table_name, partition
"""
TABLES = "SELECT count(DISTINCT log_id), count(*) FROM engine.checkpoint"


class Loaded(NamedTuple):
    """An instant in the middle of the loading, and a customer of whom something was recorded before and after it."""

    middle: datetime
    subject: str


@pytest.fixture
def loaded(regulars: Regulars, journal: Journal, tmp_path: Path) -> Loaded:
    """Load the demo's first orders, and later some of the life around them; all of it is folded."""
    path = tmp_path / "orders.csv"
    with as_file(ORDERS) as shipped, gzip.open(shipped, "rt", encoding="utf-8") as lines:
        path.write_text("".join(islice(lines, ORDER_LINES)), encoding="utf-8")
    import_file(path, built_in(MAPPING), journal)
    middle = datetime.now(UTC) + timedelta(milliseconds=2)
    time.sleep(0.004)
    journal.append(simulated(imported(journal), Random(SEED))[:LIFE])
    assert regulars("log", "append", "-", piped=as_lines(viewed(1))).exit_code == 0
    recorded = [each for each in _recorded(journal) if each[0].startswith("customer:")]
    early, late = ({subject for subject, at in recorded if (at <= middle) is before} for before in (True, False))
    return Loaded(middle, min(early & late))


def _recorded(journal: Journal) -> list[tuple[str, datetime]]:
    records = (each for partition, end in journal.ends().items() for each in journal.records(partition, 0, end))
    return [(record.key, record.recorded_at) for record in records]


def _answers(regulars: Regulars, loaded: Loaded) -> dict[str, Any]:
    """Return what was known of somebody at an instant, and by now, and every digest."""
    asked = {
        when: regulars("as-of", loaded.subject, when, "--known", "--json").document
        for when in (f"{loaded.middle}", "now")
    }
    for each in asked.values():
        each.pop("elapsed_ms")
    verified = regulars("verify", "--json").document
    own = [each for each in verified["projections"] if each["name"] != "timeline"]
    return asked | {
        "equal": (verified["equal"], verified["persons_equal"]),
        "digests": {each["name"]: (each["stored"], each["rows"], each["positions"]) for each in own},
    }


def test_the_answers_are_the_same_afterwards(
    regulars: Regulars, loaded: Loaded, journal: Journal, kafka: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Digests, positions, and what was known at an instant in the middle: on Kafka they are those of the journal."""
    before = _answers(regulars, loaded)
    topics.create(kafka, PARTITIONS, replication=1)
    monkeypatch.setenv("REGULARS_KAFKA", kafka.servers)
    monkeypatch.setenv("REGULARS_TOPIC_PREFIX", kafka.prefix)

    copied = regulars("log", "copy", "--json")
    projected = regulars("log", "append", "-", piped="")

    after = _answers(regulars, loaded)
    counted = regulars("log", "stats", "--json").document
    listed = regulars("projections", "--json").document["projections"]
    assert (copied.exit_code, projected.exit_code) == (0, 0)
    assert copied.document["copied"] == counted["records"] == sum(journal.ends().values())
    assert {each["name"]: (each["state"], each["lag_events"]) for each in listed} == {
        each.name: ("live", 0) for each in PROJECTIONS
    }
    assert before["equal"] == (True, True)
    assert before[f"{loaded.middle}"]["events"] < before["now"]["events"]
    assert after == before


def test_the_projections_go_on_on_kafka(with_kafka: Regulars, connect: Connect, on_the_journal: OnTheJournal) -> None:
    """What comes is folded onto what was there; nothing but the timeline is built again."""
    on_the_journal(order(1, 1000), viewed(2))

    ran = with_kafka("log", "copy")
    appended = with_kafka("log", "append", "-", piped=as_lines(order(3, 500)))

    spend = connect().execute("SELECT sum(spend_minor) FROM projection.purchases").fetchall()
    generations = connect().execute("SELECT max(generation) FROM engine.projection").fetchall()
    assert (ran.exit_code, appended.exit_code) == (0, 0)
    assert ran.out.startswith("2 records copied to ")
    assert f"{len(stored(PROJECTIONS))} tables go on there where they stood." in ran.out
    assert (spend, generations) == ([(1500,)], [(1,)])
    assert with_kafka("verify").exit_code == 0


def test_the_journal_is_left(
    with_kafka: Regulars,
    journal: Journal,
    kafka: Cluster,
    on_the_journal: OnTheJournal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without the setting nothing is appended any more, so that no event lies where nobody looks."""
    on_the_journal(viewed(1))
    with_kafka("log", "copy")
    monkeypatch.delenv("REGULARS_KAFKA")

    ran = with_kafka("log", "append", "-", piped=as_lines(viewed(2)))

    with closing(KafkaLog(kafka)) as log:
        assert f"were filled from log {log.log_id}, and the journal is log {journal.log_id}" in ran.err
    assert (ran.exit_code, ran.out, ran.err.count("\n")) == (4, "", 1)
    assert sum(journal.ends().values()) == 1


def test_copying_again_changes_nothing(with_kafka: Regulars, connect: Connect, on_the_journal: OnTheJournal) -> None:
    """Also when Kafka has gone on: it says that it was done."""
    on_the_journal(viewed(1))
    with_kafka("log", "copy")
    with_kafka("log", "append", "-", piped=as_lines(viewed(2)))
    before = connect().execute(CHECKPOINTS).fetchall()

    ran = with_kafka("log", "copy")

    assert ran.exit_code == 0
    assert ran.out.endswith("before. Nothing was changed.\n")
    assert connect().execute(CHECKPOINTS).fetchall() == before


def test_a_journal_is_copied_to_one_log(
    with_kafka: Regulars, kafka: Cluster, on_the_journal: OnTheJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second copy would lack what the first one got since."""
    on_the_journal(viewed(1))
    with_kafka("log", "copy")
    monkeypatch.setenv("REGULARS_TOPIC_PREFIX", f"{kafka.prefix}-second")
    with_kafka("topics", "create", "--replication", "1")

    ran = with_kafka("log", "copy")

    assert (ran.exit_code, ran.out) == (2, "")
    assert "that is the log of record since" in ran.err
