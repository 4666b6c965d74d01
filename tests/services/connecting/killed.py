"""A connector in a process of its own, made from one that has everything imported, so that it begins at once."""

from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from multiprocessing.synchronize import Event as Signal
from threading import Event

from services.connecting.running import connect_until_stopped
from services.settings import Settings
from tests.services.connecting.calls import connector
from tests.services.running import PATIENCE_SECONDS, Told


def processes() -> ForkServerContext:
    """Return what makes such processes."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


class Victim:
    """A process that follows from when it is made, until it is killed."""

    def __init__(self, context: ForkServerContext, database: str, text: str, begun: str) -> None:
        """Start it, and wait until it tells of that."""
        heard = context.Event()
        self._process = context.Process(target=_follow, args=(database, text, begun, heard), daemon=True)
        self._process.start()
        assert heard.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        """End it as a power cut would; it must not have ended by itself."""
        assert self._process.is_alive()
        self._process.kill()
        self._process.join()


class _Begun(Told):
    def __init__(self, begun: str, heard: Signal) -> None:
        super().__init__()
        self._begun = begun
        self._heard = heard

    def tell(self, event: str, sentence: str, **facts: object) -> None:
        """Say so when it has come so far."""
        super().tell(event, sentence, **facts)
        if event == self._begun:
            self._heard.set()


def _follow(database: str, text: str, begun: str, heard: Signal) -> None:
    connect_until_stopped(Settings(postgres=database), connector(text), Event(), _Begun(begun, heard))
