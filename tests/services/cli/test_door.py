"""``regulars door``: it lets in what producers write until it is told to end, and shows what it does."""

import json
from urllib.request import urlopen

from events.log.administration import administered
from events.log.cluster import Cluster
from events.log.groups import HeldGroup
from events.log.kafka import KafkaLog
from services.dev.ports import free_port
from tests.conftest import PARTITIONS, Connect
from tests.contracts.facts import facts
from tests.services.cli.conftest import Regulars
from tests.services.cli.staying import Staying
from tests.services.intake.producing import produce, produce_events
from tests.services.intake.reading import committed
from tests.services.running import wait_until

PREFIX = "regulars_door_"


def asked(port: int, path: str) -> str:
    """Return what a process serves under a path."""
    with urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        text: str = answer.read().decode()
        return text


def counts(port: int) -> dict[str, float]:
    """Return a door's own metrics that have no label, by their names without what all of them begin with."""
    lines = [line.split() for line in asked(port, "/metrics").splitlines() if line.startswith(PREFIX)]
    return {name.removeprefix(PREFIX): float(value) for name, value in lines if "{" not in name}


def test_without_kafka_it_says_what_to_do(regulars: Regulars) -> None:
    """There is no intake in the embedded mode."""
    ran = regulars("door")

    assert (ran.exit_code, ran.out) == (2, "")
    assert "REGULARS_KAFKA is not set: the intake is a topic on Kafka. Over HTTP it is 'regulars api'." in ran.err


def test_it_tells_and_shows_what_it_lets_in_and_ends_well(
    with_kafka: Regulars, kafka: Cluster, log: KafkaLog, connect: Connect
) -> None:
    """Told to end, it has committed all that it read, and has left the group."""
    del with_kafka  # it sets what a door is told
    port = free_port()
    produce_events(kafka, facts(40), PARTITIONS)
    produce(kafka, [b"no event", b"none either"])
    door = Staying("door", environment={"REGULARS_METRICS": f"127.0.0.1:{port}"})
    door.wait_for("letting in")
    wait_until(lambda: counts(port)["stored_total"] == 40)
    wait_until(lambda: sum(committed(kafka).values()) == 42)

    shown, lags = counts(port), [line for line in asked(port, "/metrics").splitlines() if f"{PREFIX}lag" in line]
    health = json.loads(asked(port, "/health"))
    code, said, wrong = door.end()

    last = json.loads(said.splitlines()[-1])
    with administered(kafka) as asked_there:
        group = asked_there.group(kafka.doors, asked_there.topics([kafka.intake])[kafka.intake])
    assert (shown["read_total"], shown["refused_total"], shown["blocked_total"]) == (42, 2, 0)
    assert min(shown["batches_total"], shown["rebalances_total"]) >= 1
    assert [line.split()[-1] for line in lags if not line.startswith("#")] == ["0.0"] * PARTITIONS
    assert (health["status"], health["process"]) == ("ok", "door")
    assert (code, wrong, last["event"], group) == (0, "", "stopped", HeldGroup(members=0, behind=0))
    assert sum(log.ends().values()) == 40
    assert connect().execute("SELECT count(*) FROM ingest.verdict").fetchone() == (2,)
