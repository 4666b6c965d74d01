"""Who reads for the api: some connections, each used by one thread at a time, beside the event loop."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from threading import Lock
from typing import TypeVar, cast

import psycopg
from fastapi import Request

from events.log import EventLog
from events.log.errors import LogError
from services.ingest.http.answers import Problem
from services.installation import Connection, Installation

MOST_AT_ONCE = 4

UNBUILT = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction)
NOT_NOW = (psycopg.OperationalError, LogError, *UNBUILT)
"""What may be over soon: the database or the log is away, or nobody has built the projections yet."""

Answer = TypeVar("Answer")


class Readers:
    """Asks questions in threads, MOST_AT_ONCE at a time; who comes later waits."""

    def __init__(self, installation: Installation, link_keys: Sequence[str] = ()) -> None:
        """Ask the database and the log of this installation; the keys are those of links to orders."""
        self.installation = installation
        self.link_keys = link_keys
        self._free: list[Connection] = []
        self._log: EventLog | None = None
        self._log_lock = Lock()
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)

    async def ask(self, question: Callable[[Connection], Answer]) -> Answer:
        """Return the answer. Raises Problem 503 where the database or the log does not answer."""
        async with self._turns:
            return await asyncio.to_thread(self._asked, question)

    async def in_thread(self, work: Callable[[], Answer]) -> Answer:
        """Return what work returns that has a connection of its own. Raises as ``ask`` does."""
        return await asyncio.to_thread(_answering, work)

    def close(self) -> None:
        """Let go of the connections."""
        while self._free:
            self._free.pop().close()

    @contextmanager
    def log(self) -> Iterator[EventLog]:
        """Yield the log; who comes later waits, as what reads a whole log is best done one after the other."""
        with self._log_lock:
            try:
                if self._log is None:
                    self._log = self.installation.log()
                yield self._log
            except (psycopg.OperationalError, LogError):
                self._log = None  # it may have been away, and be back; the installation closes what it opened
                raise

    def _asked(self, question: Callable[[Connection], Answer]) -> Answer:
        connection = None
        try:
            connection = self._taken()
            return question(connection)
        except NOT_NOW as error:
            raise _away(error) from error
        finally:
            if connection is not None and not connection.closed:
                self._free.append(connection)

    def _taken(self) -> Connection:
        """Return a connection that answers: one that lay idle may have been cut off since."""
        while self._free:
            connection = self._free.pop()
            try:
                connection.execute("")
            except psycopg.OperationalError:
                connection.close()
            else:
                return connection
        return self.installation.connect("regulars api, readers")


def _answering(work: Callable[[], Answer]) -> Answer:
    try:
        return work()
    except NOT_NOW as error:
        raise _away(error) from error


def _away(error: Exception) -> Problem:
    if isinstance(error, UNBUILT):
        message = "The projections are not built yet: 'regulars up', or over Kafka 'regulars pump', builds them."
    else:
        said = str(error).strip().partition(chr(10))[0].rstrip(".")
        message = f"The database or the log does not answer just now: {said}. Try again in a moment."
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", message, headers={"Retry-After": "1"})


def readers_of(request: Request) -> Readers:
    """Return who reads for a request."""
    return cast("Readers", request.app.state.readers)
