"""A whole house over Kafka in one process that a test may kill: it projects, relays, reacts and sends, by one clock.

The clock is the test's: it stands where the test puts it, and nobody waits for a deadline.
"""

from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Event, Thread
from typing import Any, Self

from events.log.cluster import Cluster
from services.installation import Installation, open_installation
from services.outgoing.sending import sender_until_stopped
from services.pump.pumping import pump_until_stopped
from services.reactions._engine.keeping import Repertoire
from services.reactions._engine.running import react_until_stopped
from services.relay.relaying import relay_until_stopped
from services.settings import Settings
from tests.services.running import Told, wait_until

PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])


class Clock:
    """A clock that shows what it was put to, in every process that has it."""

    def __init__(self, at: datetime) -> None:
        """Put it to a time."""
        self.seconds: Any = PROCESSES.Value("d", at.timestamp())

    def __call__(self) -> datetime:
        """Return what it shows."""
        return read(self.seconds)

    def put(self, at: datetime) -> None:
        """Put it to another time."""
        self.seconds.value = at.timestamp()


def read(seconds: Any) -> datetime:  # noqa: ANN401 - multiprocessing's own has no useful type
    """Return the time that a shared number of seconds is."""
    return datetime.fromtimestamp(seconds.value, UTC)


class House:
    """A process that does all there is to do, over a database and a Kafka, until it is killed."""

    def __init__(self, dsn: str, kafka: Cluster, clock: Clock) -> None:
        """Prepare to start it."""
        self._made = (dsn, kafka, clock.seconds)

    def __enter__(self) -> Self:
        """Start it, and wait until it does all that it is to do."""
        self._heard, says = PROCESSES.Pipe(duplex=False)
        self._process = PROCESSES.Process(target=_run, args=(*self._made, says), daemon=True)
        self._process.start()
        says.close()
        assert self._heard.recv() == ""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill it, as a machine that loses its power does."""
        self._process.kill()
        self._process.join()
        self._heard.close()


def _run(dsn: str, kafka: Cluster, seconds: Any, says: Connection) -> None:  # noqa: ANN401 - as above
    settings, stop, told = Settings(postgres=dsn, kafka=kafka), Event(), Told()
    repertoire = Repertoire(clock=partial(read, seconds))

    def send(installation: Installation) -> None:
        sender_until_stopped(installation, stop, repertoire.clock)

    loops = (
        partial(pump_until_stopped, settings, kafka, stop, told),
        partial(relay_until_stopped, settings, kafka, stop, told),
        partial(react_until_stopped, settings, stop, told, repertoire),
        partial(_sending, settings, send),
    )
    for loop in loops:
        Thread(target=loop, daemon=True).start()
    wait_until(lambda: all(told.count(event) for event in ("caught up", "relaying", "reacting")))
    says.send("")
    stop.wait()


def _sending(settings: Settings, send: Any) -> None:  # noqa: ANN401 - a function of an installation
    with open_installation(settings) as installation:
        send(installation)
