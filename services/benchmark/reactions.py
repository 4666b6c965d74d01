"""Measures the reactions: how many signals a worker answers, and how long it takes from an event to its task on Kafka.

The reactions are those that there are, over projections that hold what they look at, with nothing switched off.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime

from msgspec import Struct

from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from projections import PROJECTIONS
from projections._engine.projector import Projector
from services.benchmark.api_process import RUN, SECURITY
from services.benchmark.measuring import Heard
from services.benchmark.over_kafka import scratch_topics
from services.benchmark.reacting_events import complains, event, visit_event
from services.desk.desk import Desk
from services.installation import Connection, Installation
from services.reactions._engine.engine import Engine
from services.reactions._engine.following import Follower
from services.variables import KAFKA, POSTGRES, SETTINGS, TOPIC_PREFIX

APPEND_EVENTS = 1_000
STARTED_SECONDS = 60.0
SETTLE_SECONDS = 2.0
PATIENCE_SECONDS = 120.0

TASK = "regulars.task.opened.v1"

CAME = "SELECT kind, count(*) FROM engine.signal GROUP BY kind ORDER BY kind"
OUTCOMES = "SELECT reaction || ' ' || outcome, count(*) FROM reactions.firing GROUP BY 1 ORDER BY 1"
TASKS = "SELECT count(*) FROM desk.stored_events WHERE topic = %s"

# The tasks that were opened after a place, and which complaint each is about.
OPENED = """
SELECT notification_id, substring(convert_from(state, 'UTF8') FROM '"about":"complaint:c-([0-9]+)"')
  FROM desk.stored_events WHERE notification_id > %(after)s AND topic = %(topic)s ORDER BY notification_id
"""


class Answered(Struct, frozen=True, kw_only=True):
    """What one worker came to: it heard signals from the outbox, in the embedded mode, as fast as it can.

    ``cpu_microseconds_per_signal`` is of the worker's own process, without the database.
    """

    signals: int
    signals_per_second: float
    cpu_microseconds_per_signal: float
    tasks: int
    kinds: dict[str, int]
    outcomes: dict[str, int]


class Latency(Struct, frozen=True, kw_only=True):
    """How long it took from handing an event to Kafka until its task is committed and can be seen, in milliseconds.

    A pump, a relay and one worker of the reactions were at work, each a process; ``whole`` says that each complaint has
    its one task.
    """

    events: int
    events_per_second: float
    tasks: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    whole: bool


class Reacted(Struct, frozen=True, kw_only=True):
    """Both."""

    answered: Answered
    latency: Latency


def measure_answers(installation: Installation, heard: Heard, events: int) -> Answered:
    """Tell of this many events, have one worker answer what is signalled, and return how fast that went."""
    _prepare(installation, heard, events)
    with (
        closing(Desk(installation.dsn)) as desk,
        installation.connect() as outbox,
        installation.connect() as looking,
    ):
        follower = Follower(outbox, Engine(looking, desk))
        begun, cpu, signals = time.perf_counter(), time.process_time(), 0
        while found := follower.turn(datetime.now(UTC)):
            signals += found
            heard("Answering", signals, events)
        seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
        return Answered(
            signals=signals,
            signals_per_second=round(signals / seconds, 1),
            cpu_microseconds_per_signal=round(1e6 * cpu / max(signals, 1), 1),
            tasks=int(looking.execute(TASKS, [TASK]).fetchall()[0][0]),
            kinds=dict(looking.execute(CAME).fetchall()),
            outcomes=dict(looking.execute(OUTCOMES).fetchall()),
        )


def _prepare(installation: Installation, heard: Heard, events: int) -> None:
    """Have projections that have seen the empty log, and then the events: so those are news."""
    log = installation.journal()
    with closing(Projector(log, installation.connect, PROJECTIONS)) as projector:
        projector.catch_up()
        for begin in range(0, events, APPEND_EVENTS):
            now = datetime.now(UTC)
            log.append([event(number, now) for number in range(begin, min(events, begin + APPEND_EVENTS))])
            heard("Telling", begin, events)
        projector.catch_up()


def measure_latency(
    installation: Installation, cluster: Cluster, heard: Heard, *, seconds: float, rate: int
) -> Latency:
    """Have events come at a rate for so long, with a pump, a relay and a worker at work, and time their tasks."""
    with ExitStack() as held:
        own = held.enter_context(scratch_topics(cluster))
        log = held.enter_context(closing(KafkaLog(own)))
        looking = held.enter_context(installation.connect("regulars bench"))
        for words in (("pump",), ("relay",), ("reactions", "run")):
            held.enter_context(_process(installation.dsn, own, *words))
        task = _Tasks(looking)
        warm = _warmed(log, task)
        events = int(seconds * rate)
        sent = _sent(log, task, heard, first=warm, events=events, rate=rate)
        give_up = time.monotonic() + PATIENCE_SECONDS
        while len(task.seen.keys() & sent.keys()) < len(sent) and time.monotonic() < give_up:
            task.look()
            time.sleep(0.002)
    return _latency(sent, task, events, rate)


def _warmed(log: KafkaLog, task: "_Tasks") -> int:
    """Tell of events until tasks come of them: the tables have to be there, and everybody at work."""
    give_up, number = time.monotonic() + STARTED_SECONDS, 0
    while not task.seen:
        if time.monotonic() > give_up:
            message = f"No task came of {number} complaints within {STARTED_SECONDS:.0f} seconds."
            raise TimeoutError(message)
        log.append([visit_event(number, datetime.now(UTC))])
        number += 10
        time.sleep(0.5)
        task.look()
    time.sleep(SETTLE_SECONDS)
    task.look()
    return number


def _sent(  # noqa: PLR0913 - a schedule has as many parts
    log: KafkaLog, task: "_Tasks", heard: Heard, *, first: int, events: int, rate: int
) -> dict[int, float]:
    """Send events on a schedule, fifty times a second, and return when each complaint was sent."""
    sent: dict[int, float] = {}
    step = max(1, rate // 50)
    begun = time.perf_counter()
    for begin in range(0, events, step):
        while (ahead := begun + begin / rate - time.perf_counter()) > 0:
            task.look()
            time.sleep(min(ahead, 0.005))
        numbers = range(first + begin, first + min(events, begin + step))
        at = time.perf_counter()
        log.append([visit_event(number, datetime.now(UTC)) for number in numbers])
        sent |= {number: at for number in numbers if complains(number)}
        heard("Telling", begin, events)
    return sent


class _Tasks:
    """Sees tasks as they become visible, and when."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._after = 0
        self.seen: dict[int, float] = {}
        self.counts: Counter[int] = Counter()

    def look(self) -> None:
        """Look for tasks that are new."""
        rows = self._connection.execute(OPENED, {"after": self._after, "topic": TASK}).fetchall()
        now = time.perf_counter()
        for place, number in rows:
            self._after = place
            self.seen.setdefault(int(number), now)
            self.counts[int(number)] += 1


def _latency(sent: dict[int, float], task: _Tasks, events: int, rate: int) -> Latency:
    took = sorted(1000 * (task.seen[number] - at) for number, at in sent.items() if number in task.seen)
    return Latency(
        events=events,
        events_per_second=rate,
        tasks=len(took),
        p50_ms=round(took[len(took) // 2], 1),
        p99_ms=round(took[min(len(took) - 1, int(0.99 * len(took)))], 1),
        max_ms=round(took[-1], 1),
        whole=len(took) == len(sent) and all(task.counts[number] == 1 for number in sent),
    )


@contextmanager
def _process(dsn: str, cluster: Cluster, *words: str) -> Iterator[None]:
    """Have a command of ours at work in a process of its own."""
    others = {setting.name: "" for setting in SETTINGS if cluster.security_protocol is None or setting not in SECURITY}
    own = {POSTGRES.name: dsn, KAFKA.name: cluster.servers, TOPIC_PREFIX.name: cluster.prefix}
    environment = {**os.environ, **others, **own}
    command = [sys.executable, "-c", RUN, *words]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - our own words
        try:
            yield
        finally:
            process.terminate()
