"""Every service of docker-compose.yml by its own command and environment, on this machine, against a real Kafka."""

import subprocess
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from importlib.metadata import version
from pathlib import Path

import pytest

from events.log import topics
from events.log.topic_findings import Severity
from projections import PROJECTIONS
from projections._engine.projector import stored
from projections._engine.registry import live_tables
from projections._engine.verify import verify
from services.benchmark.workload import workload
from services.dev.ports import HOST, free_port
from services.ingest import registry
from services.ingest.source import Role
from services.installation import Installation
from services.settings import Settings
from tests.infra.conftest import Services
from tests.infra.container import Container
from tests.infra.dockerfile import entrypoint
from tests.infra.following import await_folded, await_true, cluster_of
from tests.infra.outside import post, write
from tests.infra.places import Places
from tests.infra.stack import Stack, running

EVENTS = 4_000
PARTITIONS, FOLDED = "regulars_pump_partitions", "regulars_pump_events_total"
PUBLISHED, LET_IN = "regulars_relay_published_total", "regulars_door_stored_total"
HEARD = "regulars_reactions_signals_total"


@pytest.fixture(scope="module")
def stack(services: Services, tmp_path_factory: pytest.TempPathFactory, empty_database: str) -> Iterator[Stack]:
    """Return the services, all of them ready."""
    with running(services, tmp_path_factory.mktemp("stack"), empty_database) as stack:
        yield stack


@pytest.fixture(scope="module")
def installation(stack: Stack, empty_database: str) -> Iterator[Installation]:
    """Return the installation that the services are."""
    with closing(Installation(empty_database, cluster_of(stack.of("pump")[0]))) as installation:
        yield installation


def _of_pumps(stack: Stack, metric: str) -> list[float]:
    return [pump.metrics()[metric][()] for pump in stack.of("pump")]


def _gives_a_reason(container: Container) -> bool:
    return "has not answered yet" in container.check().stdout


def test_the_topics_are_what_they_have_to_be(stack: Stack) -> None:
    """The service "topics" made them, with as many partitions as the pumps' settings say."""
    settings = Settings.from_environment(stack.of("pump")[0].environment)

    found = topics.check(cluster_of(stack.of("topics")[0]), settings.partitions)

    assert [finding for finding in found if finding.severity is Severity.BAD] == []


def test_each_event_counts_once(stack: Stack, installation: Installation) -> None:
    """Two pumps share the partitions; what they fold together is what a plain fold of the log gives."""
    log = installation.log()
    await_true(lambda: set(_of_pumps(stack, PARTITIONS)) == {log.partitions / 2}, "each pump has its half")

    before = sum(_of_pumps(stack, FOLDED))

    log.append(list(workload(EVENTS)))

    await_folded(installation)
    connection = installation.connect()
    verdicts = verify(connection, live_tables(connection, stored(PROJECTIONS, log)), log)
    assert [verdict.equal for verdict in verdicts] == [True] * len(PROJECTIONS)
    assert connection.execute("SELECT count(*) FROM projection.timeline").fetchone() == (sum(log.ends().values()),)
    assert sum(_of_pumps(stack, FOLDED)) == before + EVENTS
    assert min(_of_pumps(stack, FOLDED)) > 0


def test_each_signal_is_published(stack: Stack, installation: Installation) -> None:
    """The relay publishes what the pumps raised, and the reactions hear of it."""
    installation.log().append(list(workload(EVENTS, seed=7)))
    await_folded(installation)

    raised = installation.connect().execute("SELECT count(*) FROM engine.signal").fetchall()[0]

    assert raised != (0,)
    relay = stack.of("relay")[0]
    await_true(lambda: relay.metrics()[PUBLISHED]["signals",] == raised[0], f"{raised[0]} signals are published")
    reactions = stack.of("reactions")[0]
    await_true(lambda: reactions.metrics()[HEARD][()] == raised[0], f"{raised[0]} signals are heard")


def test_what_comes_in_at_the_doors_is_folded(stack: Stack, installation: Installation) -> None:
    """Over HTTP and on Kafka's intake: each event is on the log once, and the pumps fold it."""
    log, connection = installation.log(), installation.connect()
    registry.add(connection, "shop")
    key = registry.new_key(connection, "shop", Role.WRITE)
    before, sent = sum(log.ends().values()), list(workload(60, seed=8))

    status = post(stack.of("api")[0], key, sent[:10])
    write(cluster_of(stack.of("door")[0]), sent[10:])

    door = stack.of("door")[0]
    await_true(lambda: door.metrics()[LET_IN][()] == len(sent[10:]), "the door let everything in")
    await_folded(installation)
    assert (status, sum(log.ends().values())) == (200, before + len(sent))


def test_all_that_stays_shows_metrics(stack: Stack) -> None:
    """Where its environment says, each service of ours tells Prometheus at least its version."""
    shown = [container.metrics() for container in stack.ours]

    assert [metrics["regulars_build_info"] for metrics in shown] == [{(version("regulars"),): 1.0}] * len(stack.ours)


def test_any_command_runs_in_a_container_of_its_own(stack: Stack) -> None:
    """For example doctor, which sends a probe the whole way; it is what docker-compose.yml says to run."""
    environment = stack.of("pump")[0].environment

    ran = subprocess.run([*entrypoint(), "doctor"], env=environment, capture_output=True, check=False, text=True)

    assert (ran.returncode, ran.stderr) == (0, "")


def test_what_cannot_work_is_not_healthy(services: Services, tmp_path: Path) -> None:
    """Without a database and without Kafka each service of ours stays, and its check fails with the reason."""
    nowhere = f"host={HOST} port={free_port()} dbname=regulars user=regulars"
    staying = [service for service in services.values() if service.ours and service.stays]
    containers = [Container(service, 1, Places(services, tmp_path, nowhere), tmp_path) for service in staying]
    try:
        for container in containers:
            container.start([*entrypoint(), *container.service.settings["command"]])

        for container in containers:
            await_true(partial(_gives_a_reason, container), "a check that says why it fails")

        assert [container.check().returncode for container in containers] == [1] * len(staying)
        assert [container.stop() for container in containers] == [0] * len(staying)
    finally:
        for container in containers:
            container.kill()


def test_all_end_well_and_leave_nothing_behind(stack: Stack) -> None:
    """Told to end, each does so in its time and with exit code 0; none wrote a file. It is the last: it ends them."""
    codes = stack.down()

    assert codes == dict.fromkeys(codes, 0)
    assert set(codes) == {"api-1", "door-1", "pump-1", "pump-2", "reactions-1", "refresh-1", "relay-1"}
    assert [container.folder.name for container in stack.ours if any(container.folder.iterdir())] == []
