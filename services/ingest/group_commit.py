"""Group commit: many requests wait while one thread makes what they brought durable, all of it in one go.

The log and the database answer one batch at a time. What comes in meanwhile waits and is the next batch, so batches
grow with the load by themselves. Whoever waits hears of its own items, or that nothing is known of them.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from logging import getLogger
from threading import Condition, Thread
from typing import Generic, Protocol, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Kept_contra = TypeVar("Kept_contra", contravariant=True)
Told_co = TypeVar("Told_co", covariant=True)

MOST_WAITING = 20_000
MOST_AT_ONCE = 5_000
ANSWER_SECONDS = 10.0
RETRY_SECONDS = 1.0
IDLE_SECONDS = 5.0
LOGGER = getLogger("regulars.ingest")


class Unavailable(RuntimeError):
    """What makes things durable does not answer, or has too much to do. Nothing is known of what was brought."""


class Keeper(Protocol[Kept_contra, Told_co]):
    """What makes items durable. One thread uses it."""

    def keep(self, items: Sequence[Kept_contra]) -> Sequence[Told_co]:
        """Make items durable, and return one answer for each. Raises what its opener calls passing."""
        ...

    def ping(self) -> None:
        """See that it answers, where there was nothing to keep for a while. Raises as ``keep`` does."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


@dataclass
class _Waiting(Generic[Item, Answer]):
    items: Sequence[Item]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Sequence[Answer]]

    def answer(self, answers: Sequence[Answer]) -> None:
        if not self.future.done():  # nobody may be waiting any more
            self.future.set_result(answers)

    def give_up(self, reason: str) -> None:
        if not self.future.done():
            self.future.set_exception(Unavailable(reason))


class GroupCommit(Generic[Item, Answer]):
    """Keeps items in a thread of its own. While its keeper is away, callers hear so at once, and it tries again."""

    def __init__(
        self, name: str, opener: Callable[[], Keeper[Item, Answer]], passing: tuple[type[Exception], ...]
    ) -> None:
        """Start the thread. ``passing`` are the errors that mean that something is away; any other ends the thread."""
        self._name = name
        self._opener = opener
        self._passing = passing
        self._waiting: deque[_Waiting[Item, Answer]] = deque()
        self._items_waiting = 0
        self._changed = Condition()
        self._closed = False
        self._away = "it is not connected yet"
        self.failure: BaseException | None = None
        self.answered_at: float | None = None
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def away(self) -> str:
        """Why nothing can be kept just now; empty where it can."""
        return self._away

    async def keep(self, items: Sequence[Item]) -> Sequence[Answer]:
        """Return one answer for each item, once they are durable.

        Raises Unavailable where that is not known to be so within ANSWER_SECONDS: sending them again is safe.
        """
        if not items:
            return []
        loop = asyncio.get_running_loop()
        waiting = _Waiting[Item, Answer](items, loop, loop.create_future())
        with self._changed:
            if self._closed or self._away:
                raise Unavailable(self._away or "it is about to end")
            if self._items_waiting and self._items_waiting + len(items) > MOST_WAITING:
                message = f"{self._items_waiting} are waiting already"
                raise Unavailable(message)
            self._items_waiting += len(items)
            self._waiting.append(waiting)
            self._changed.notify()
        try:
            return await asyncio.wait_for(waiting.future, ANSWER_SECONDS)
        except TimeoutError:
            message = f"it has not answered within {ANSWER_SECONDS:.0f} s"
            raise Unavailable(message) from None

    def close(self) -> None:
        """Keep what waits, and end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(2 * ANSWER_SECONDS)

    def _run(self) -> None:
        keeper: Keeper[Item, Answer] | None = None
        batch: list[_Waiting[Item, Answer]] | None = []
        try:
            while (batch := self._next(wait=keeper is not None)) is not None:
                keeper = self._kept(keeper, batch) if keeper is not None else self._opened(batch)
        except BaseException as error:  # noqa: BLE001 - it is raised by whoever runs the process
            self.failure = error
            self._lost(f"it failed: {error}", [*(batch or []), *self._taken_all()])
        finally:
            if keeper is not None:
                keeper.close()

    def _next(self, *, wait: bool) -> list[_Waiting[Item, Answer]] | None:
        """Return who is next; nobody, where nobody came for a while or nothing is open; None at the end."""
        with self._changed:
            if wait:
                self._changed.wait_for(lambda: self._waiting or self._closed, IDLE_SECONDS)
            return None if self._closed and not self._waiting else self._taken()

    def _taken(self) -> list[_Waiting[Item, Answer]]:
        batch: list[_Waiting[Item, Answer]] = []
        count = 0
        while self._waiting and count < MOST_AT_ONCE:
            batch.append(self._waiting.popleft())
            count += len(batch[-1].items)
        self._items_waiting -= count
        return batch

    def _taken_all(self) -> list[_Waiting[Item, Answer]]:
        with self._changed:
            self._closed = True
            everybody = list(self._waiting)
            self._waiting.clear()
        return everybody

    def _opened(self, batch: list[_Waiting[Item, Answer]]) -> Keeper[Item, Answer] | None:
        """Open the keeper; who waits, since it was lost a moment ago, hears that it was."""
        self._lost(self._away, batch)
        try:
            keeper = self._opener()
        except self._passing as error:
            self._lost(_sentence(error), [])
            with self._changed:
                self._changed.wait_for(lambda: self._closed, RETRY_SECONDS)
            return None
        LOGGER.info("%s: it answers", self._name)
        self._away, self.answered_at = "", time.monotonic()
        return keeper

    def _kept(self, keeper: Keeper[Item, Answer], batch: list[_Waiting[Item, Answer]]) -> Keeper[Item, Answer] | None:
        items = [item for waiting in batch for item in waiting.items]
        try:
            answers = _kept_or_asked(keeper, items)
        except self._passing as error:
            self._lost(_sentence(error), batch)
            keeper.close()
            return None
        self.answered_at = time.monotonic()
        if batch:
            _tell(batch, answers)
        return keeper

    def _lost(self, reason: str, batch: Sequence[_Waiting[Item, Answer]]) -> None:
        if self._away != reason:
            LOGGER.warning("%s: %s", self._name, reason)
        self._away = reason
        for waiting in batch:
            _soon(waiting.loop, partial(waiting.give_up, reason))


def _kept_or_asked(keeper: Keeper[Item, Answer], items: Sequence[Item]) -> Sequence[Answer]:
    if items:
        return keeper.keep(items)
    keeper.ping()
    return []


def _tell(batch: Sequence[_Waiting[Item, Answer]], answers: Sequence[Answer]) -> None:
    """Hand everybody their own answers, in one step for each event loop."""

    def answered() -> None:
        at = 0
        for waiting in batch:
            waiting.answer(answers[at : at + len(waiting.items)])
            at += len(waiting.items)

    _soon(batch[0].loop, answered)


def _soon(loop: asyncio.AbstractEventLoop, tell: Callable[[], None]) -> None:
    """Have an event loop tell; one that has ended has nobody left who waits."""
    if not loop.is_closed():
        with suppress(RuntimeError):  # it ends at this very moment
            loop.call_soon_threadsafe(tell)


def _sentence(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
