"""One fault's scene: topics and a database of its own, producers and pumps at work, and the judgement at the end."""

import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
from tests.faults.child import Child
from tests.faults.ground import PARTITIONS, Ground, database
from tests.faults.outcome import Outcome, green, judged
from tests.faults.processes import Processes
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


class Scene(Processes):
    """Where one fault is tried."""

    def __init__(self, cluster: Cluster, dsn: str, folder: Path, without: tuple[str, ...], *, by_door: bool) -> None:
        """Use topics and a database that nobody else uses; ``without`` some projections."""
        super().__init__(cluster, dsn, folder, without, by_door=by_door)
        self._file_of_all = folder / "acknowledged.all"
        self._projections = [projection for projection in PROJECTIONS if projection.name not in without]
        self._watch = self.held.enter_context(Watch(dsn))
        self._stalls = self.held.enter_context(Stalls(dsn, self.acknowledged))

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
        for child in (*started, *self.doors):
            child.wait_begun()
        self.load()
        self._stalls.begin()
        return started

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
                    (behind, there), words = found[0], "\n".join(pump.last_words() for pump in self.pumps)
                    message = f"{behind} checkpoints of {there} are behind after {seconds:.0f} s\n{words}"
                    raise AssertionError(message)
                time.sleep(LOOK_SECONDS)

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
        file = self._file_of_all
        with file.open("wb") as every:
            for path in sorted(self.acknowledged.iterdir()):
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
        made = Scene(cluster, dsn, folder, without, by_door=ground.by_door)
        try:
            yield made
        finally:
            made.close()
    topics.remove(cluster)
    shutil.rmtree(folder)
