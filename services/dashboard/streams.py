"""Streams of what changes, to however many browsers: one look at the database for all who listen.

Somebody looks every TICK_SECONDS for as long as anybody listens, in a thread, and wakes them all. What a listener gets
is always the newest state and never a difference, so that nobody can fall behind: who reads slowly misses states
between, and no queue grows. Where the database is away every stream ends; whoever opens one again is told so.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from http import HTTPStatus
from typing import Generic, TypeVar

import psycopg
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from events.log.errors import LogError
from services.dashboard.signed_in import SignIn
from services.ingest.http.answers import Problem

TICK_SECONDS = 0.5
HEARTBEAT_TICKS = 30
LOOK_AGAIN_TICKS = 120
"""How often whoever listens is asked again who they are: a minute after they signed out, nothing is told them."""

MOST_LISTENERS = 1000
HEARTBEAT = b":\n\n"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
AWAY = (psycopg.Error, LogError)

State = TypeVar("State")


class Stream(Generic[State]):
    """One state that many listen to. The event loop alone uses this; ``look`` runs in a thread, once at a time."""

    def __init__(self, look: Callable[[], State], rest: Callable[[], None]) -> None:
        """Look by calling ``look``; ``rest`` is called when nobody listens any more, or it could not look."""
        self.listeners = 0
        self._look = look
        self._rest = rest
        self._state: State | None = None
        self._task: asyncio.Task[None] | None = None
        self._turn = asyncio.Event()
        self._stopped = False

    def stop(self) -> None:
        """End every stream, and let nobody listen any more."""
        self._stopped = True
        self._wake()

    async def states(self) -> AsyncGenerator[State]:
        """Yield the state now, and then at each tick, changed or not, until the database is away or it is stopped.

        Raises Problem 503 where too many listen already.
        """
        self._admit()
        self.listeners += 1
        try:
            if self._task is None:
                self._task = asyncio.create_task(self._looking())
            task = self._task
            while not self._stopped and not task.done():
                if self._state is not None:
                    yield self._state
                await self._turn.wait()
            if task.done():
                task.result()
        finally:
            self.listeners -= 1

    def _admit(self) -> None:
        if self._stopped or self.listeners >= MOST_LISTENERS:
            message = "Too many look at what is live just now, or this process stops: load the page anew in a while."
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", message, headers={"Retry-After": "30"})

    async def _looking(self) -> None:
        try:
            while self.listeners and not self._stopped:
                self._state = await asyncio.to_thread(self._look)
                self._wake()
                await asyncio.sleep(TICK_SECONDS)
        except AWAY:
            pass  # every stream ends, which is how browsers are told
        finally:
            self._state, self._task = None, None
            self._rest()
            asyncio.get_running_loop().call_soon(self._wake)  # when the task is done

    def _wake(self) -> None:
        turn, self._turn = self._turn, asyncio.Event()
        turn.set()


async def messages(
    states: AsyncGenerator[State], told: Callable[[State], bytes | None], still: Callable[[], Awaitable[object]]
) -> AsyncGenerator[bytes]:
    """Yield what is told of each state, where there is something, and a heartbeat now and then.

    ``still`` is asked now and then, and raises Problem where whoever listens may not any more: then the stream ends.
    """
    yield HEARTBEAT
    ticks = silent = 0
    async with aclosing(states):
        async for state in states:
            ticks, silent = ticks + 1, silent + 1
            if ticks % LOOK_AGAIN_TICKS == 0 and not await _still(still):
                return
            said = told(state)
            if said is None and silent >= HEARTBEAT_TICKS:
                said = HEARTBEAT
            if said is not None:
                silent = 0
                yield said


async def _still(still: Callable[[], Awaitable[object]]) -> bool:
    try:
        await still()
    except (Problem, SignIn):
        return False
    return True


class EventStream(StreamingResponse):
    """An answer that goes on for as long as somebody reads it; what it reads from is closed with it."""

    def __init__(self, body: AsyncGenerator[bytes]) -> None:
        """Answer with these pieces."""
        super().__init__(body, headers=HEADERS, media_type="text/event-stream")
        self._body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer until the last piece, or until nobody reads any more."""
        async with aclosing(self._body):
            await super().__call__(scope, receive, send)


def message(data: str, event: str = "") -> bytes:
    """Return a message as it is on the wire."""
    lines = [f"data: {line}" for line in data.splitlines() or [""]]
    return "\n".join([*([f"event: {event}"] if event else []), *lines, "", ""]).encode()
