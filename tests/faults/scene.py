"""One fault's scene: topics and a database of its own, producers and pumps at work, and the judgement at the end."""

import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from confluent_kafka import KafkaError, Message, Producer

from events.log import partition_of, topics
from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from projections import PROJECTIONS
from projections._engine.projector import Projector
from services.installation import connect
from tests.faults import producing_process, pumping_process
from tests.faults.child import Child
from tests.faults.ground import PARTITIONS, Ground, database
from tests.faults.orders import ProducerOrder, PumpOrder
from tests.faults.outcome import Outcome, green, judged
from tests.faults.stalls import Stalls
from tests.oracle.watching import Watch

DRAIN_SECONDS = 90.0
SEND_SECONDS = 30.0
LOAD_EVENTS = 400
LOOK_SECONDS = 0.05

BEHIND = """
SELECT count(*) FILTER (WHERE c.next_offset < w.next_offset) AS behind, count(*) AS all
  FROM unnest(%s::integer[], %s::bigint[]) AS w (partition, next_offset)
  JOIN engine.checkpoint AS c USING (partition) JOIN engine.projection AS p USING (table_name)
 WHERE p.state = 'live'
"""


class Scene:
    """Where one fault is tried. ``said`` is what pumps that were stopped said of themselves."""

    def __init__(self, cluster: Cluster, dsn: str, folder: Path, without: tuple[str, ...]) -> None:
        """Use topics and a database that nobody else uses; ``without`` some projections."""
        self.cluster = cluster
        self.dsn = dsn
        self.said: list[dict[str, Any]] = []
        self._folder = folder
        self._projections = [projection for projection in PROJECTIONS if projection.name not in without]
        self._without = without
        self._held = ExitStack()
        self._number = 0
        self._pumps: list[Child] = []
        self._producers: list[Child] = []
        self._acknowledged = folder / "acknowledged"
        self._acknowledged.mkdir()
        self._watch = self._held.enter_context(Watch(dsn))
        self._stalls = self._held.enter_context(Stalls(dsn, self._acknowledged))

    def close(self) -> None:
        """End whatever was started."""
        self._held.close()

    def make_live(self) -> None:
        """Make every table live before the first event: what comes is news."""
        log = KafkaLog(self.cluster)
        projector = Projector(log, lambda: connect(self.dsn), self._projections)
        projector.catch_up()
        projector.close()
        log.close()

    def begin(self, pumps: int = 1, **wishes: Any) -> list[Child]:  # noqa: ANN401 - an order's own fields
        """Start a producer and pumps, and return the pumps when events flow through them: here the scene begins."""
        self.make_live()
        started = [self.pump_soon(**wishes) for _ in range(pumps)]
        self.produce()
        for pump in started:
            pump.wait_begun()
        self.load()
        self._stalls.begin()
        return started

    def produce(self, **wishes: Any) -> Child:  # noqa: ANN401 - as above
        """Start a producer, and return it when it is at work."""
        errors = self._file("producer")
        acknowledged = self._acknowledged / errors.stem
        order = ProducerOrder(self.cluster.servers, self.cluster.prefix, str(acknowledged), **wishes)
        child = self._held.enter_context(Child(producing_process, order, errors))
        child.wait_begun()
        self._producers.append(child)
        return child

    @property
    def producer(self) -> Child:
        """The first producer."""
        return self._producers[0]

    def pump(self, **wishes: Any) -> Child:  # noqa: ANN401 - as above
        """Start a pump, and return it when it is at work."""
        child = self.pump_soon(**wishes)
        child.wait_begun()
        return child

    def pump_soon(self, **wishes: Any) -> Child:  # noqa: ANN401 - as above
        """Start a pump, and return it at once."""
        given = {"dsn": self.dsn, "without": self._without, **wishes}
        order = PumpOrder(self.cluster.servers, self.cluster.prefix, **given)
        child = self._held.enter_context(Child(pumping_process, order, self._file("pump")))
        self._pumps.append(child)
        return child

    def _file(self, name: str) -> Path:
        self._number += 1
        return self._folder / f"{name}-{self._number}.errors"

    def send(self, told: Iterable[tuple[str, bytes]]) -> int:
        """Put keys and bytes on the log as a producer does that knows no rules, and return how many."""
        failures: list[KafkaError] = []

        def answered(error: KafkaError | None, _: Message) -> None:
            if error is not None:
                failures.append(error)

        producer = Producer({**self.cluster.librdkafka(), "acks": "all"})
        sent = 0
        for key, value in told:
            place = partition_of(key, PARTITIONS)
            producer.produce(self.cluster.events, value, key, place, on_delivery=answered)
            sent += 1
        assert producer.flush(SEND_SECONDS) == 0
        assert not failures, failures
        return sent

    def load(self, events: int = LOAD_EVENTS, *, folded: bool = True) -> None:
        """Wait until so many more events were acknowledged, and some of every partition folded: events flow again."""
        acknowledged, positions = self._stalls.acknowledged, dict(self._stalls.acknowledged.ends)
        enough, give_up = acknowledged.events + events, time.monotonic() + DRAIN_SECONDS
        while acknowledged.events < enough or (folded and not self._stalls.past(positions)):
            missing = enough - acknowledged.events
            assert time.monotonic() < give_up, f"{missing} events are not acknowledged, or a partition is not folded"
            time.sleep(LOOK_SECONDS)

    def stop_producers(self) -> int:
        """Stop the producers, and return how many of their appends failed."""
        said = [producer.stop() for producer in self._producers if producer.runs]
        self._producers = []
        return sum(each["failures"] for each in said)

    def wait_drained(self, seconds: float = DRAIN_SECONDS) -> None:
        """Wait until every live table has come to where the log ends now."""
        log = KafkaLog(self.cluster)
        ends = log.ends()
        log.close()
        give_up = time.monotonic() + seconds
        whole = (0, len(self._projections) * len(ends))
        with connect(self.dsn) as connection:
            while (found := connection.execute(BEHIND, [list(ends), list(ends.values())]).fetchall()) != [whole]:
                if time.monotonic() > give_up:
                    (behind, there), words = found[0], "\n".join(pump.last_words() for pump in self._pumps)
                    message = f"{behind} checkpoints of {there} are behind after {seconds:.0f} s\n{words}"
                    raise AssertionError(message)
                time.sleep(LOOK_SECONDS)

    def stop_pumps(self) -> None:
        """Stop the pumps, and keep what they said."""
        for pump in self._pumps:
            pump.leave_soon()
        self.said += [pump.stop() for pump in self._pumps if not pump.heard]

    def settle(self) -> None:
        """Stop the producers, let the pumps come to the log's end, and stop them."""
        self.stop_producers()
        self.wait_drained()
        self.stop_pumps()

    def finish(self, times: int) -> Outcome:
        """Let everything settle, and have the oracle judge. Raises Red."""
        self.settle()
        return green(self.judge(times))

    def judge(self, times: int) -> Outcome:
        """Have the oracle judge what there is now."""
        file = self._folder / "acknowledged.all"
        with file.open("wb") as every:
            for path in sorted(self._acknowledged.iterdir()):
                every.write(path.read_bytes())
        verdict = judged(self.cluster, self.dsn, file)
        return Outcome(
            times=times,
            acknowledged=file.read_bytes().count(b"\n"),
            lost=verdict["lost"],
            doubled=verdict["doubled"],
            stall_seconds=self._stalls.longest_seconds,
            findings=[*verdict["findings"], *self._watch.findings()],
            verdict=verdict,
        )

    def total(self, name: str) -> int:
        """Return a figure of the pumps that were stopped, added up."""
        return sum(said[name] for said in self.said)


@contextmanager
def scene(ground: Ground, without: tuple[str, ...] = ()) -> Iterator[Scene]:
    """Yield a scene with empty topics and an empty database."""
    cluster = Cluster(ground.broker.address, prefix=f"faults-{secrets.token_hex(6)}")
    topics.create(cluster, PARTITIONS)
    folder = Path(mkdtemp(prefix="regulars-test-"))
    with database(ground.dsn) as dsn:
        made = Scene(cluster, dsn, folder, without)
        try:
            yield made
        finally:
            made.close()
    topics.remove(cluster)
    shutil.rmtree(folder)
