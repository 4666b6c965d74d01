"""Workers are killed by kill -9 again and again, and the broker too, while signals come: none is lost or done twice.

    python -m tests.services.reactions.engine.outlive [SECONDS]

It takes a minute and a broker of its own, so it is no test that is collected. The workers are processes: each hears the
topic as ``regulars reactions run`` does, with the reactions of the tests.
"""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from shutil import rmtree

import msgspec

from events.log import topics
from events.log.cluster import Cluster
from events.log.errors import LogError
from events.log.messages import Message
from events.log.publishing import Publisher
from services import installation
from services.cli.following import stop_on_signals
from services.dev.broker import Broker
from services.embedded.postgres import embedded_postgres
from services.installation import Connection, Installation
from services.process.health import Health
from services.process.retrying import DATABASE, LOG, opened_until_stopped
from services.reactions._engine.figures import ReactionFigures
from services.reactions._engine.keeping import Repertoire, Watched
from services.reactions._engine.over_kafka import hear_topic
from services.reactions._engine.reaction import Signal
from services.settings import Settings
from tests.conftest import TEST_SERVER, new_folder
from tests.kafkas import own_kafka
from tests.services.reactions.engine.reacting import ENDPOINT, NOW, REACTIONS, effects, new_signal
from tests.services.running import Told

SECONDS = 60.0
WORKERS = 2
PARTITIONS = 4
AT_ONCE = 20
LIVES_SECONDS = (5.0, 15.0)
"""How long a worker lives: long enough to join the group, mostly."""

PATIENCE_SECONDS = 120.0


def worker(dsn: str, address: str, prefix: str) -> None:
    """Hear the topic until killed."""
    watched = Watched(ReactionFigures(), Health("reactions", DATABASE, LOG))
    repertoire = Repertoire(REACTIONS, (), lambda: NOW)
    told = Told()
    settings = Settings(postgres=dsn, kafka=Cluster(address, prefix=prefix))
    with stop_on_signals() as stop:

        def run(opened: Installation) -> None:
            hear_topic(opened, stop, told, watched, repertoire)

        opened_until_stopped(settings, stop, told, watched.health, run)


@contextmanager
def running() -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Yield the workers that are at work; all of them end with the block."""
    alive: list[subprocess.Popen[bytes]] = []
    try:
        yield alive
    finally:
        for each in alive:
            each.kill()
            each.wait()


def begin(dsn: str, cluster: Cluster) -> "subprocess.Popen[bytes]":
    """Begin a worker."""
    words = [
        sys.executable,
        "-m",
        "tests.services.reactions.engine.outlive",
        "worker",
        dsn,
        cluster.servers,
        cluster.prefix,
    ]
    return subprocess.Popen(words, stderr=subprocess.DEVNULL)


class Telling:
    """Publishes signals, again where Kafka did not take them: then some may be there twice."""

    def __init__(self, cluster: Cluster) -> None:
        """Begin with none."""
        self.signals: list[Signal] = []
        self._cluster = cluster
        self._publisher: Publisher | None = None

    def tell(self) -> bool:
        """Publish some more, and return whether Kafka has them."""
        some = [new_signal() for _ in range(AT_ONCE)]
        self.signals += some
        messages = [Message(each.id, each.subject, msgspec.json.encode(each)) for each in some]
        while True:
            try:
                self._publisher = self._publisher or Publisher(self._cluster, [self._cluster.signals])
                self._publisher.publish(self._cluster.signals, messages)
            except LogError:
                if self._publisher is not None:
                    self._publisher.close()
                self._publisher = None
                time.sleep(0.5)
            else:
                return True


def main(seconds: float) -> None:
    """Tell signals while workers and the broker die; then compare. Raises AssertionError where one is lost or twice."""
    with ExitStack() as held:
        folder = new_folder()
        held.callback(rmtree, folder)
        dsn = held.enter_context(embedded_postgres(folder / "home", print, changes=TEST_SERVER))
        installation.prepare(dsn, PARTITIONS)
        looking = held.enter_context(installation.connect(dsn))
        looking.execute(ENDPOINT)
        broker = held.enter_context(own_kafka())
        cluster = Cluster(broker.address, prefix="outlive")
        topics.create(cluster, PARTITIONS)
        alive = held.enter_context(running())
        telling = Telling(cluster)
        killed, restarts = die(dsn, cluster, broker, alive, telling, seconds)
        found = compare(looking, telling.signals)
        sys.stdout.write(
            f"{len(telling.signals):,} signals, {killed} workers killed, {restarts} restarts of the broker: {found}\n"
        )


def die(  # noqa: PLR0913, PLR0917 - all that lives here
    dsn: str,
    cluster: Cluster,
    broker: Broker,
    alive: list["subprocess.Popen[bytes]"],
    telling: Telling,
    seconds: float,
) -> tuple[int, int]:
    """Have workers and the broker die, and return how often."""
    chance, killed, restarts = random.Random(8), 0, 0
    begun = time.monotonic()
    ends: dict[int, float] = {}
    while (past := time.monotonic() - begun) < seconds:
        while len(alive) < WORKERS:
            alive.append(begin(dsn, cluster))
            ends[alive[-1].pid] = past + chance.uniform(*LIVES_SECONDS)
        for each in [each for each in alive if ends[each.pid] < past]:
            each.kill()
            each.wait()
            alive.remove(each)
            killed += 1
        if past > (restarts + 1) * seconds / 3:
            broker.kill()
            time.sleep(1.0)
            broker.start()
            restarts += 1
        telling.tell()
        time.sleep(0.05)
    return killed, restarts


def compare(looking: Connection, signals: list[Signal]) -> tuple[int, ...]:
    """Wait until everything was reacted to, and return how much there is of each effect."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while (found := effects(looking, signals))[-1] < len(signals) and time.monotonic() < give_up:
        time.sleep(0.5)
    assert found == (len(signals),) * len(found), (len(signals), found)
    return found


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        worker(*sys.argv[2:5])
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
