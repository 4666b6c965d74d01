"""What stands behind the front door of a process: the threads that keep things, and who they keep them for."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import psycopg

from events.envelope import Envelope
from events.log import Receipt
from events.log.errors import LogError
from services.cli.session import log_to_append
from services.ingest.accepting import Acceptor
from services.ingest.group_commit import GroupCommit
from services.ingest.http.front import Front
from services.ingest.keepers import LogKeeper, RefusedKeeper
from services.ingest.keeping import Keeping
from services.ingest.lookups import Lookups
from services.ingest.plans import plan_of
from services.ingest.registry import Directory
from services.ingest.verdict import Refused
from services.installation import Installation
from services.process.health import Health

PASSING = (psycopg.OperationalError, psycopg.errors.UniqueViolation, LogError)


class Inside:
    """Everything that an open door needs. It closes in the order in which nothing that was begun is lost."""

    def __init__(self, installation: Installation, health: Health) -> None:
        """Open it; the log and the database may be away, and are then waited for."""
        self._log = GroupCommit[Envelope, Receipt]("the log", lambda: LogKeeper(log_to_append(installation)), PASSING)
        self._kept = GroupCommit[Refused, int](
            "refused messages", lambda: RefusedKeeper(installation.connect("regulars api, verdicts")), PASSING
        )
        self.acceptor = Acceptor(self._log, self._kept, plan_of)
        directory = Directory()
        self._keeping = Keeping(installation, directory, self.acceptor.counts, health, self._log)
        self._lookups = Lookups(installation)
        self._asked: asyncio.Task[bool] | None = None
        self.front = Front(self.acceptor, directory, self._lookups, health, self._ask_again)

    def __enter__(self) -> Self:
        """Begin to read the registry."""
        self._keeping.read_again()
        self._keeping.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Keep what waits, write the last counts down, and let go."""
        self._log.close()
        self._kept.close()
        self._keeping.stop()
        self._lookups.close()

    @property
    def away(self) -> Mapping[str, bool]:
        """Whether events, and refused messages, cannot be stored just now."""
        return {"events": bool(self._log.away), "refused": bool(self._kept.away)}

    def failure(self) -> BaseException | None:
        """Return what ended a thread that must not end."""
        return self._log.failure or self._kept.failure

    async def _ask_again(self) -> bool:
        """Read the registry, once for all who wait for it: a key that was made a moment ago is then known."""
        if self._asked is None:
            self._asked = asyncio.create_task(self._read_soon())
        return await asyncio.shield(self._asked)

    async def _read_soon(self) -> bool:
        await asyncio.sleep(self._keeping.wait_seconds())
        self._asked = None  # who asks while it is read may know of something newer
        return await asyncio.to_thread(self._keeping.read_again)
