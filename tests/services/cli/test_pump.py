"""``regulars pump``: processes that share the partitions, say how they are, and hand over when they are told to end."""

import json
import re
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from events.log.cluster import Cluster
from events.log.group import SESSION_SECONDS
from projections import PROJECTIONS
from services.dev.ports import free_port
from tests.conftest import Connect
from tests.contracts.facts import facts
from tests.contracts.kafka_topics import PARTITIONS, OpenKafka, kafka_logs, make_anew
from tests.services.cli.conftest import Regulars
from tests.services.cli.staying import Staying
from tests.services.running import wait_until

MOST_SECONDS_TO_END = 15.0
SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)

Start = Callable[..., "Pump"]


class Pump(Staying):
    """A running pump that serves its metrics."""

    def __init__(self, *options: str, environment: dict[str, str]) -> None:
        """Start it on a free port."""
        self.port = free_port()
        super().__init__("pump", *options, environment={**environment, "REGULARS_METRICS": f"127.0.0.1:{self.port}"})

    def metrics(self) -> dict[tuple[str, str], float]:
        """Return what is scraped, by name and labels."""
        with urlopen(f"http://127.0.0.1:{self.port}/metrics") as answer:
            return {(name, labels): float(value) for name, labels, value in SAMPLE.findall(answer.read().decode())}

    def metric(self, name: str) -> float:
        """Return a metric without labels."""
        return self.metrics()[name, ""]

    def log_end(self) -> float:
        """Return where the log ends, over all partitions."""
        return sum(value for (name, _), value in self.metrics().items() if name == "regulars_log_end_offset")

    def lag(self) -> dict[str, float]:
        """Return the lag in events by projection, over all partitions."""
        lags: dict[str, float] = {}
        for (name, labels), value in self.metrics().items():
            if name == "regulars_lag_events":
                projection = re.findall(r'projection="(\w+)"', labels)[0]
                lags[projection] = lags.get(projection, 0.0) + value
        return lags

    def health(self) -> tuple[int, Any]:
        """Return the status code of GET /health and its document."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/health") as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)


@pytest.fixture
def open_kafka(kafka: Cluster) -> Iterator[OpenKafka]:
    """Return what opens an empty log of four partitions on Kafka."""
    with kafka_logs(kafka) as opened:
        yield opened


@pytest.fixture
def start(database: str, kafka: Cluster) -> Iterator[Start]:
    """Return a function that starts ``regulars pump`` on the fresh database and log; none is left behind."""
    started: list[Pump] = []
    environment = {"REGULARS_PG": database, "REGULARS_KAFKA": kafka.servers, "REGULARS_TOPIC_PREFIX": kafka.prefix}

    def pump(*options: str, **changes: str) -> Pump:
        started.append(Pump(*options, environment={**environment, **changes}))
        return started[-1]

    yield pump
    for each in started:
        each.kill()


def test_pumps_share_the_partitions_and_one_that_ends_hands_them_over(
    open_kafka: OpenKafka, start: Start, regulars: Regulars, kafka: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both fold; SIGTERM ends one within seconds with all of its work committed, and the other has all partitions."""
    log, first = open_kafka(), start()
    first.wait_for("caught up")
    second = start()
    second.wait_for("projecting")
    wait_until(lambda: [each.metric("regulars_pump_partitions") for each in (first, second)] == [2, 2])

    log.append(facts(400))
    wait_until(lambda: sum(each.metric("regulars_pump_events_total") for each in (first, second)) == 400)
    both_moved = min(each.metric("regulars_pump_events_total") for each in (first, second)) > 0
    log.append(facts(800)[400:])
    begun = time.monotonic()
    exit_code, out, err = first.end(signal.SIGTERM)
    seconds = time.monotonic() - begun
    wait_until(lambda: second.metric("regulars_pump_partitions") == PARTITIONS)
    stall_seconds = time.monotonic() - begun

    wait_until(lambda: not sum(second.lag().values()))
    monkeypatch.setenv("REGULARS_KAFKA", kafka.servers)
    monkeypatch.setenv("REGULARS_TOPIC_PREFIX", kafka.prefix)
    assert both_moved
    assert (exit_code, err) == (0, "")
    assert '"event":"stopped"' in out.splitlines()[-1]
    assert seconds < MOST_SECONDS_TO_END
    assert stall_seconds < SESSION_SECONDS - 1  # it was told, and did not find out by our silence
    assert regulars("verify").exit_code == 0
    assert second.metric("regulars_pump_fenced_total") == 0


def test_what_is_scraped_is_what_happened(open_kafka: OpenKafka, start: Start) -> None:
    """Events, duplicates, batches and their seconds, and the lag, after a history that has some events twice."""
    log, pump = open_kafka(), start()
    pump.wait_for("caught up")
    log.append(facts(300))
    log.append([*facts(20), *facts(310)[300:]])

    wait_until(lambda: pump.log_end() == pump.metric("regulars_pump_events_total") == 330)
    wait_until(lambda: pump.lag() == {projection.name: 0 for projection in PROJECTIONS})  # looked up now and then

    metrics = pump.metrics()
    batches, commits = (metrics[f"regulars_pump_{what}_seconds_count", ""] for what in ("batch", "commit"))
    commit_seconds = metrics["regulars_pump_stage_seconds_total", 'stage="commit"']
    assert metrics["regulars_pump_records_read_total", ""] == 330
    assert metrics["regulars_pump_duplicates_total", ""] == 20
    assert metrics["regulars_pump_parked_total", ""] == 0
    assert metrics["regulars_pump_rows_total", ""] > 0
    assert batches == commits == metrics["regulars_pump_batches_total", ""] > 0
    assert metrics["regulars_pump_commit_seconds_sum", ""] == pytest.approx(commit_seconds)
    assert metrics["regulars_pump_batch_seconds_sum", ""] > commit_seconds
    assert pump.health()[0] == 200


def test_pumps_can_split_the_projections(open_kafka: OpenKafka, start: Start, connect: Connect) -> None:
    """Each keeps its own, in a group of its own that has all the partitions."""
    names = [projection.name for projection in PROJECTIONS]
    log, one, rest = open_kafka(), start("--projections", names[0]), start("--projections", ",".join(names[1:]))
    groups = {pump.wait_for("projecting")["group"] for pump in (one, rest)}
    for pump in (one, rest):
        pump.wait_for("caught up")

    log.append(facts(100))
    wait_until(lambda: [pump.metric("regulars_pump_events_total") for pump in (one, rest)] == [100, 100])

    live = connect().execute("SELECT name FROM engine.projection WHERE state = 'live' ORDER BY 1").fetchall()
    assert len(groups) == 2
    assert [sorted(pump.lag()) for pump in (one, rest)] == [[names[0]], sorted(names[1:])]
    assert live == [(name,) for name in sorted(names)]
    assert one.metric("regulars_pump_partitions") == rest.metric("regulars_pump_partitions") == PARTITIONS


def test_a_log_that_is_made_anew_ends_it(kafka: Cluster, open_kafka: OpenKafka, start: Start) -> None:
    """One sentence, and the code that says that it cannot be now; nothing of the new log is folded, now or later."""
    pump = start()
    pump.wait_for("caught up")
    open_kafka().append(facts(100))
    wait_until(lambda: pump.metric("regulars_pump_events_total") == 100)

    make_anew(kafka)
    open_kafka().append(facts(200))

    out, err = pump.process.communicate()
    again_out, again_err = (again := start()).process.communicate()
    sentences = [line for line in (err + again_err).splitlines() if line.startswith("regulars: ")]
    assert (pump.process.returncode, again.process.returncode) == (4, 4)
    assert len(sentences) == 2
    assert '"event":"stopped"' not in out + again_out


def test_a_declaration_that_changed_ends_it(open_kafka: OpenKafka, start: Start, connect: Connect) -> None:
    """One sentence that names the projection."""
    open_kafka()
    first = start()
    first.wait_for("caught up")
    first.end()
    connect().execute("UPDATE engine.projection SET fingerprint = 'another' WHERE name = 'visits'")

    second = start()
    _, err = second.process.communicate()

    assert second.process.returncode == 4
    assert err.startswith("regulars: the declaration of projection visits v")
    assert err.count("\n") == 1


def test_it_waits_for_a_kafka_that_is_away(start: Start) -> None:
    """It says so once, is not healthy meanwhile, and ends when it is told to."""
    pump = start(REGULARS_KAFKA=f"127.0.0.1:{free_port()}")

    told = pump.wait_for("away")["message"]
    code, health = pump.health()
    exit_code, out, err = pump.end()

    assert told.startswith("Trying again: Kafka cannot be reached (127.0.0.1:")
    assert (code, health["status"]) == (503, "failing")
    assert "the log has not answered yet: Kafka cannot be reached" in health["reason"]
    assert (exit_code, err) == (0, "")
    assert '"event":"away"' not in out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "REGULARS_KAFKA is not set: a pump reads from Kafka. In the embedded mode 'regulars up' projects."),
        (["--projections", "visits,vists"], "There is no projection 'vists' with rows of its own; there are: "),
        (["--projections", ""], "Name projections, such as "),
    ],
)
def test_what_cannot_be_is_a_sentence(
    regulars: Regulars, monkeypatch: pytest.MonkeyPatch, options: list[str], said: str
) -> None:
    """Nothing is opened or changed, and the exit code says that the command line or a setting is wrong."""
    if options:
        monkeypatch.setenv("REGULARS_KAFKA", "127.0.0.1:9")

    ran = regulars("pump", *options)

    assert (ran.exit_code, ran.out) == (2, "")
    assert ran.err.startswith(f"regulars: {said}")
