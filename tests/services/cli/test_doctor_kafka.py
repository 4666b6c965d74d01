"""``regulars doctor`` over Kafka: a healthy one is well, and of a sick one each part says what is wrong with it."""

import signal
import socket
import time
from contextlib import closing
from functools import partial

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewPartitions

from events.log.administration import administered
from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from projections import PROJECTIONS
from projections._engine.projector import Projector
from services import installation
from tests.conftest import PARTITIONS, Connect
from tests.contracts.facts import fact
from tests.contracts.kafka_topics import delete
from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import Ran, as_lines, viewed
from tests.services.cli.staying import Staying
from tests.services.intake.producing import produce_events
from tests.services.intake.reading import committed
from tests.services.running import wait_until

PATIENCE_SECONDS = 20.0


def _checks(ran: Ran) -> dict[str, tuple[str, str]]:
    return {check["name"]: (check["state"], check["finding"]) for check in ran.document["checks"]}


def _state(ran: Ran, name: str) -> str:
    return _checks(ran)[name][0]


def test_a_healthy_installation_is_well(with_kafka: Regulars, connect: Connect, kafka: Cluster) -> None:
    """The probe goes onto the topic and into the timeline; that there is one copy of everything is a warning."""
    ran = with_kafka("doctor", "--json")

    probes = connect().execute("SELECT count(*) FROM projection.timeline WHERE subject = 'probe:doctor'").fetchall()
    checks = _checks(ran)
    assert (ran.exit_code, ran.document["healthy"], probes) == (0, True, [(1,)])
    assert {name for name, (state, _) in checks.items() if state != "ok"} == {"postgres", "topic"}
    assert checks["kafka"][1].startswith(f"{kafka.servers} answers: version 4.")
    assert {"broker clock", "log", "checkpoints", "declarations", "probe", "projections", "parked"} <= set(checks)
    assert "folded here" in checks["probe"][1]


def test_where_a_pump_runs_it_folds_the_probe(with_kafka: Regulars, database: str, kafka: Cluster) -> None:
    """The whole way is the way that events go in production."""
    environment = {"REGULARS_PG": database, "REGULARS_KAFKA": kafka.servers, "REGULARS_TOPIC_PREFIX": kafka.prefix}
    pump = Staying("pump", environment=environment)
    pump.wait_for("caught up")

    ran = with_kafka("doctor", "--json")

    assert pump.end()[0] == 0
    assert (ran.exit_code, "folded by the process that projects" in _checks(ran)["probe"][1]) == (0, True)


def test_a_broker_that_is_away_is_bad(with_kafka: Regulars, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is looked at all the same."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        monkeypatch.setenv("REGULARS_KAFKA", f"127.0.0.1:{bound.getsockname()[1]}")

        ran = with_kafka("doctor", "--json")

    assert (ran.exit_code, _state(ran, "kafka"), _state(ran, "clock")) == (1, "bad", "ok")
    assert "Connection refused" in _checks(ran)["kafka"][1]
    assert "probe" not in _checks(ran)


def test_a_database_that_is_away_is_bad(with_kafka: Regulars, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kafka is looked at all the same."""
    monkeypatch.setenv("REGULARS_PG", "host=/nowhere dbname=nothing")

    ran = with_kafka("doctor", "--json")

    assert (ran.exit_code, _state(ran, "kafka"), _state(ran, "installation")) == (1, "ok", "bad")
    assert "/nowhere" in _checks(ran)["installation"][1]


def test_a_topic_that_is_missing_is_bad(with_kafka: Regulars, kafka: Cluster) -> None:
    """The advice is the command that makes it."""
    delete(kafka)

    ran = with_kafka("doctor")

    assert ran.exit_code == 1
    assert f"✗ bad   topic         {kafka.events}: It does not exist." in ran.out
    assert "Run 'regulars topics create'." in ran.out


def test_a_topic_that_loses_events_is_bad(with_kafka: Regulars, kafka: Cluster) -> None:
    """As 'topics check' has it."""
    with administered(kafka) as admin:
        admin.configure(kafka.events, "retention.ms", "86400000")
        give_up = time.monotonic() + PATIENCE_SECONDS
        while admin.topics([kafka.events])[kafka.events].config["retention.ms"] != "86400000":
            assert time.monotonic() < give_up, "the broker does not show what it was told"
            time.sleep(0.05)

    ran = with_kafka("doctor")

    assert ran.exit_code == 1
    assert f"{kafka.events}: retention.ms is 86400000 and not -1" in ran.out


def test_a_partition_more_is_bad_and_nothing_is_appended(with_kafka: Regulars, kafka: Cluster) -> None:
    """A subject's events would lie in two partitions."""
    with_kafka("log", "append", "-", piped=as_lines(viewed(1)))
    admin = AdminClient(kafka.librdkafka())
    admin.create_partitions([NewPartitions(kafka.events, PARTITIONS + 2)])[kafka.events].result()

    ran = with_kafka("doctor", "--json")

    with closing(KafkaLog(kafka)) as log:
        assert sum(log.ends().values()) == 1
    assert (ran.exit_code, _state(ran, "checkpoints")) == (1, "bad")
    assert _checks(ran)["checkpoints"][1] == "they are of 4 partitions, and the log has 6"
    assert with_kafka("log", "append", "-", piped=as_lines(viewed(2))).exit_code == 4


def test_records_that_wait_at_the_door_are_a_warning(with_kafka: Regulars, kafka: Cluster) -> None:
    """Whether there should be a door only people know; one that does not let them in is told of too."""
    produce_events(kafka, [fact(1), fact(2)], PARTITIONS)
    without = with_kafka("doctor", "--json")
    door = Staying("door", environment={})
    wait_until(lambda: sum(committed(kafka).values()) == 2)
    door.process.send_signal(signal.SIGSTOP)
    produce_events(kafka, [fact(3)], PARTITIONS)

    beside = with_kafka("doctor", "--json")

    door.process.send_signal(signal.SIGCONT)
    assert (without.exit_code, beside.exit_code, door.end()[0]) == (0, 0, 0)
    assert _checks(without)["intake"] == ("warn", f"2 records of {kafka.intake} to be let in, and no door runs")
    assert _checks(beside)["intake"] == ("warn", f"1 record of {kafka.intake} to be let in, by 1 door")


def test_another_log_is_bad_and_nothing_is_appended(with_kafka: Regulars, kafka: Cluster, connect: Connect) -> None:
    """The topic was made anew, or the prefix is another installation's."""
    with_kafka("log", "append", "-", piped=as_lines(viewed(1)))
    connect().execute("UPDATE engine.checkpoint SET log_id = 'another'")

    ran = with_kafka("doctor", "--json")

    with closing(KafkaLog(kafka)) as log:
        assert sum(log.ends().values()) == 1
    assert (ran.exit_code, _state(ran, "checkpoints")) == (1, "bad")


def test_a_pump_that_does_not_move_is_bad(with_kafka: Regulars, kafka: Cluster, database: str) -> None:
    """It is named, so that one knows where to look; and the lag is told in events and seconds."""
    with_kafka("log", "append", "-", piped=as_lines(viewed(1)))
    with closing(KafkaLog(kafka)) as log:
        connect = partial(installation.connect, database, "regulars pump, process 17")
        with closing(Projector(log, connect, PROJECTIONS)) as stuck:
            led = stuck.lead()
            ran = with_kafka("doctor", "--json", "--patience", "0.5")

    (probe,) = [check for check in ran.document["checks"] if check["name"] == "probe"]
    assert (led, ran.exit_code, probe["state"]) == (True, 1, "bad")
    assert probe["advice"].startswith("See what 'regulars pump, process 17' says")
    assert _state(ran, "projections") == "warn"
    assert _checks(ran)["projections"][1].startswith("1 events behind, of which the oldest came ")


def test_a_database_that_keeps_some_is_a_warning(with_kafka: Regulars, kafka: Cluster, database: str) -> None:
    """Whether the others should be there only people know; nothing is built there by the way."""
    some = [projection for projection in PROJECTIONS if projection.name in {"purchases", "visits"}]
    with closing(KafkaLog(kafka)) as log:
        with closing(Projector(log, partial(installation.connect, database), some)) as projector:
            projector.catch_up()

        ran = with_kafka("doctor", "--json")

    assert (ran.exit_code, _state(ran, "probe"), _state(ran, "projections")) == (0, "ok", "warn")
    assert _checks(ran)["probe"][1].endswith("this database keeps no timeline")
    assert _checks(ran)["projections"][1].startswith("2 have seen everything; not kept in this database: timeline, ")
