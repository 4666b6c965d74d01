"""Group commit: one thread makes durable what many requests bring, and tells each its own."""

import asyncio
import threading
from collections.abc import Iterator, Sequence

import pytest

from services.ingest.group_commit import GroupCommit, Unavailable
from tests.services.running import wait_until


class Shelf:
    """Keeps numbers, and answers with ten times each; it can be held up, and sent away."""

    def __init__(self) -> None:
        """Begin with an open shelf."""
        self.batches: list[list[int]] = []
        self.go = threading.Event()
        self.go.set()
        self.refuses: Exception | None = None
        self.closes: Exception | None = None
        self.closed = 0

    def opened(self) -> "Shelf":
        """Return the shelf, as a keeper is opened."""
        if self.closes is not None:
            raise self.closes
        return self

    def keep(self, items: Sequence[int]) -> Sequence[int]:
        """Keep numbers."""
        self.go.wait()
        if self.refuses is not None:
            raise self.refuses
        self.batches.append(list(items))
        return [10 * item for item in items]

    def ping(self) -> None:
        """Answer."""

    def close(self) -> None:
        """Count that it was closed."""
        self.closed += 1


@pytest.fixture
def shelf() -> Shelf:
    """Return an empty shelf."""
    return Shelf()


@pytest.fixture
def commit(shelf: Shelf) -> Iterator[GroupCommit[int, int]]:
    """Return a group commit onto the shelf, which is open."""
    commit = GroupCommit[int, int]("shelf", shelf.opened, (ConnectionError,))
    wait_until(lambda: not commit.away)
    yield commit
    shelf.go.set()
    commit.close()


def test_each_hears_of_its_own(commit: GroupCommit[int, int]) -> None:
    """Whoever came in the same batch gets the answers for what they brought, in its order."""

    async def bring() -> list[Sequence[int]]:
        return await asyncio.gather(*(commit.keep([number, -number]) for number in range(1, 50)))

    answers = asyncio.run(bring())

    assert answers == [[10 * number, -10 * number] for number in range(1, 50)]


def test_what_comes_meanwhile_is_the_next_batch(shelf: Shelf, commit: GroupCommit[int, int]) -> None:
    """While one batch is being kept, all that come in wait for the next one, and share it."""
    shelf.go.clear()

    async def bring() -> None:
        first = asyncio.create_task(commit.keep([1]))
        await asyncio.sleep(0.1)
        others = [asyncio.create_task(commit.keep([number])) for number in range(2, 40)]
        await asyncio.sleep(0.1)
        shelf.go.set()
        await asyncio.gather(first, *others)

    asyncio.run(bring())

    assert shelf.batches == [[1], list(range(2, 40))]


def test_who_waits_hears_that_it_is_away_and_the_next_at_once(shelf: Shelf, commit: GroupCommit[int, int]) -> None:
    """A keeper that fails is let go; its batch and all who come until it is back hear so, and nothing is kept twice."""
    shelf.refuses = shelf.closes = ConnectionError("the shelf fell down.\nwith details")

    with pytest.raises(Unavailable, match="the shelf fell down") as first:
        asyncio.run(commit.keep([1]))
    with pytest.raises(Unavailable, match="the shelf fell down"):
        asyncio.run(commit.keep([2]))
    shelf.refuses = shelf.closes = None
    wait_until(lambda: not commit.away)

    assert asyncio.run(commit.keep([3])) == [30]
    assert (shelf.batches, shelf.closed) == ([[3]], 1)
    assert "details" not in str(first.value)


def test_an_error_that_nobody_expects_is_not_swallowed(shelf: Shelf) -> None:
    """It ends the thread, is there to be raised by whoever runs the process, and nobody waits for ever."""
    shelf.refuses = ZeroDivisionError("a fault of ours")
    commit = GroupCommit[int, int]("shelf", shelf.opened, (ConnectionError,))
    wait_until(lambda: not commit.away)

    with pytest.raises(Unavailable, match="a fault of ours"):
        asyncio.run(commit.keep([1]))
    with pytest.raises(Unavailable):
        asyncio.run(commit.keep([2]))

    assert isinstance(commit.failure, ZeroDivisionError)


def test_closing_keeps_what_waits(shelf: Shelf) -> None:
    """What was brought before the end is kept and answered; what comes after it is not taken."""
    commit = GroupCommit[int, int]("shelf", shelf.opened, (ConnectionError,))
    wait_until(lambda: not commit.away)
    shelf.go.clear()

    async def bring() -> Sequence[int]:
        brought = asyncio.create_task(commit.keep([1]))
        await asyncio.sleep(0.1)
        closing = asyncio.create_task(asyncio.to_thread(commit.close))
        await asyncio.sleep(0.1)
        with pytest.raises(Unavailable, match="about to end"):
            await commit.keep([2])
        shelf.go.set()
        await closing
        return await brought

    assert asyncio.run(bring()) == [10]
    assert shelf.closed == 1


def test_too_much_at_once_is_pushed_back(shelf: Shelf, commit: GroupCommit[int, int]) -> None:
    """What waits has a bound: whoever comes then is told at once, and not after a while."""
    shelf.go.clear()

    async def bring() -> list[object]:
        tasks = [asyncio.create_task(commit.keep([0] * 9_000))]
        await asyncio.sleep(0.1)
        tasks += [asyncio.create_task(commit.keep([0] * 9_000)) for _ in range(3)]
        await asyncio.sleep(0.1)
        done = [task.exception() for task in tasks if task.done()]
        shelf.go.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        return list(done)

    refused = asyncio.run(bring())

    assert [type(each) for each in refused] == [Unavailable]
