"""Answers questions about what came: over connections of its own, one question at a time, beside the event loop."""

import asyncio
from collections.abc import Callable
from threading import Lock
from typing import TypeVar

import psycopg

from events.log import EventLog
from events.log.errors import LogError
from services.ingest.group_commit import Unavailable
from services.installation import Connection, Installation

Answer = TypeVar("Answer")


class Lookups:
    """Runs a question in a thread, and connects again where the database or the log was away."""

    def __init__(self, installation: Installation) -> None:
        """Ask the database and the log of this installation."""
        self._installation = installation
        self._connection: Connection | None = None
        self._log: EventLog | None = None
        self._lock = Lock()

    async def ask(self, question: Callable[[Connection], Answer]) -> Answer:
        """Return the answer of the database. Raises Unavailable where it does not answer."""
        return await asyncio.to_thread(self._asked, lambda: question(self._connected()))

    async def ask_log(self, question: Callable[[Connection, EventLog], Answer]) -> Answer:
        """Return the answer of the database and the log together. Raises Unavailable where one does not answer."""
        return await asyncio.to_thread(self._asked, lambda: question(self._connected(), self._opened()))

    def close(self) -> None:
        """Let go of the connection; the log is the installation's to close."""
        with self._lock:
            self._let_go()

    def _asked(self, question: Callable[[], Answer]) -> Answer:
        with self._lock:
            try:
                return question()
            except (psycopg.OperationalError, LogError):
                self._let_go()  # it may have been away since the last question, and be back
            try:
                return question()
            except (psycopg.OperationalError, LogError) as error:
                self._let_go()
                raise Unavailable(str(error).strip().partition("\n")[0]) from error

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = self._installation.connect("regulars api, questions")
        return self._connection

    def _opened(self) -> EventLog:
        if self._log is None:
            self._log = self._installation.log()
        return self._log

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._log = None
