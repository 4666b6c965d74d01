"""Sends what is due until told to stop, many at a time; any number of senders may do so at once.

Each delivery is sent at least once: after a crash between sending and writing that down it is sent again, and a
receiver knows it by its ``webhook-id``. Nothing is promised of the order in which an endpoint hears things.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from threading import Event

from projections._engine.registry import Connection
from services.installation import Installation
from services.outgoing import messaging
from services.outgoing.backoff import MOST_TRIES, next_try
from services.outgoing.channels import Channel, channels
from services.outgoing.claiming import Answers, Claimed, Result, claim, count, settle
from services.outgoing.endpoints import Endpoint, endpoints
from services.outgoing.figures import OutgoingFigures
from services.outgoing.guards import Guards, Held, Message, Send
from services.outgoing.keeping import Pruner, in_queue
from services.outgoing.outcome import Outcome
from services.outgoing.posting import Poster

PER_ENDPOINT = 32
PER_CHANNEL = 4
MOST_MESSAGES = 16
IDLE_SECONDS = 0.25
TOGETHER_SECONDS = 0.003
GRACE_SECONDS = 5.0

# Messages ask what projections know; before these are built they wait.
BUILT = """
SELECT bool_and(to_regclass(name) IS NOT NULL)
  FROM unnest(ARRAY['consents', 'profile', 'person_of', 'orders', 'managers', 'staff', 'policies']) AS t (name)
"""

# What is taken and then lost in a power cut is taken again: nothing waits for the disk.
SOON = "SET LOCAL synchronous_commit TO off"

Clock = Callable[[], datetime]
Way = Endpoint | Channel
Try = tuple[Claimed, Way]


class Sender:
    """Sends over a connection, in autocommit, and a poster that are its own, within one event loop."""

    def __init__(self, connection: Connection, poster: Poster, figures: OutgoingFigures) -> None:
        """Begin with nothing on the way."""
        self._connection = connection
        self._poster = poster
        self._figures = figures
        self._threads = ThreadPoolExecutor(MOST_MESSAGES, "messages")
        self._on_the_way: dict[asyncio.Task[Outcome], Try] = {}

    def __len__(self) -> int:
        """Return how many are on the way."""
        return len(self._on_the_way)

    def take(self, now: datetime) -> int:
        """Take what is due and have it sent; return how many were taken, those that may not go out included."""
        ways = self._ways()
        with self._connection.transaction():
            self._connection.execute(SOON)
            claimed = claim(self._connection, self._rooms(ways), now)
            allowed, kept = self._judged(claimed, ways, now)
            if kept:
                settle(self._connection, kept, (), now)
        self._figures.held.update(each.code for each in kept if each.state == "held" or each.untried)
        self._figures.dead.update(_channel(ways[each.target]) for each in claimed if each.tries > MOST_TRIES)
        for each, way, address in allowed:
            self._on_the_way[asyncio.create_task(self._sent(each, way, address, now))] = (each, way)
        return len(claimed)

    async def settle(self, clock: Clock, seconds: float) -> int:
        """Wait for what is on the way, not longer than this, and write down what has come back; return how many."""
        if not self._on_the_way:
            return 0
        done, _ = await asyncio.wait(self._on_the_way, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            return 0
        await asyncio.sleep(TOGETHER_SECONDS)
        back = [task for task in self._on_the_way if task.done()]
        tries = [(*self._on_the_way.pop(task), task.result()) for task in back]
        now = clock()
        results = [_result(each, outcome, now) for each, _, outcome in tries]
        for (_, way, outcome), result in zip(tries, results, strict=True):
            (self._figures.sent if outcome.sent else self._figures.failed)[_channel(way)] += 1
            self._figures.dead[_channel(way)] += result.state == "dead"
        webhooks = [(way, outcome) for _, way, outcome in tries if isinstance(way, Endpoint)]
        settle(self._connection, results, _answers(webhooks), now)
        return len(back)

    async def drop(self) -> None:
        """End, and let go of what is on the way: it may arrive, and is sent again."""
        for task in self._on_the_way:
            task.cancel()
        await asyncio.gather(*self._on_the_way, return_exceptions=True)
        self._on_the_way.clear()
        self._threads.shutdown(wait=False)

    def _ways(self) -> Mapping[str, Way]:
        ways: list[Way] = [each for each in endpoints(self._connection) if each.disabled_at is None]
        by_message = channels(self._connection)
        if by_message and self._connection.execute(BUILT).fetchone() == (True,):
            ways += by_message
        return {way.target: way for way in ways}

    def _rooms(self, ways: Mapping[str, Way]) -> dict[str, int]:
        """Return how many more may be on the way to each: to one endpoint, by one channel, and of messages together."""
        busy = Counter(way.target for _, way in self._on_the_way.values())
        left = MOST_MESSAGES - sum(isinstance(way, Channel) for _, way in self._on_the_way.values())
        rooms = {target: PER_ENDPOINT - busy[target] for target, way in ways.items() if isinstance(way, Endpoint)}
        for target in ways.keys() - rooms.keys():
            rooms[target] = min(PER_CHANNEL - busy[target], left)
            left -= rooms[target]
        return rooms

    def _judged(
        self, claimed: list[Claimed], ways: Mapping[str, Way], now: datetime
    ) -> tuple[list[tuple[Claimed, Way, str]], list[Result]]:
        """Return what may go out, and to which address, and what is written down of all else."""
        guards = Guards(self._connection, now)
        allowed: list[tuple[Claimed, Way, str]] = []
        kept: list[Result] = []
        for each in claimed:
            way = ways[each.target]
            if each.tries > MOST_TRIES:
                words = "Its senders were cut off again and again: nobody knows whether it arrived."
                kept.append(Result(each.id, each.tries, "dead", code="cut_off", words=words))
                continue
            message = Message(each.id, each.recipient, each.what)
            judged = guards.judge(message, way) if isinstance(way, Channel) else Send("")
            if isinstance(judged, Send):
                allowed.append((each, way, judged.address))
                if isinstance(way, Channel) and way.audience == "customer":
                    count(self._connection, [each.id], now)
            else:
                kept.append(_kept(each, judged))
        return allowed, kept

    async def _sent(self, each: Claimed, way: Way, address: str, now: datetime) -> Outcome:
        if isinstance(way, Endpoint):
            return await self._poster.post(way, each.message_id, each.payload, now)
        send = partial(messaging.send, way.url_to(address), each.title, each.payload)
        return await asyncio.get_running_loop().run_in_executor(self._threads, send)


async def send_all_due(connection: Connection, clock: Clock, figures: OutgoingFigures) -> int:
    """Send all that is due by the clock, and return how many were taken; what fails is due later."""
    taken = 0
    async with Poster() as poster:
        sender = Sender(connection, poster, figures)
        try:
            while (found := sender.take(clock())) or len(sender):
                taken += found
                await sender.settle(clock, IDLE_SECONDS)
        finally:
            await sender.drop()
    return taken


def send_due(connection: Connection, clock: Clock, figures: OutgoingFigures | None = None) -> int:
    """Send all that is due by the clock, in a thread that has no event loop; see ``send_all_due``."""
    return asyncio.run(send_all_due(connection, clock, figures or OutgoingFigures()))


def sender_until_stopped(
    installation: Installation, stop: Event, clock: Clock, figures: OutgoingFigures | None = None
) -> None:
    """Send what is due until ``stop`` is set, in a thread that has no event loop.

    Raises psycopg.OperationalError where the database is away: what was on the way is sent again by the next sender.
    """
    with installation.connect("regulars sender") as connection:
        asyncio.run(_until_stopped(connection, stop, clock, figures or OutgoingFigures()))


async def _until_stopped(connection: Connection, stop: Event, clock: Clock, figures: OutgoingFigures) -> None:
    pruner = Pruner(connection)
    async with Poster() as poster:
        sender = Sender(connection, poster, figures)
        try:
            while not stop.is_set():
                taken = sender.take(clock())
                if not await sender.settle(clock, IDLE_SECONDS) and not taken and not len(sender):
                    await asyncio.sleep(IDLE_SECONDS)
                if pruner.is_due():
                    pruner.step(clock())
                    figures.in_queue = in_queue(connection)
            ends = asyncio.get_running_loop().time() + GRACE_SECONDS
            while len(sender) and (left := ends - asyncio.get_running_loop().time()) > 0:
                await sender.settle(clock, left)
        finally:
            await sender.drop()


def _channel(way: Way) -> str:
    return "webhook" if isinstance(way, Endpoint) else way.kind


def _kept(each: Claimed, held: Held) -> Result:
    keep = partial(Result, each.id, each.tries, code=held.code, words=held.words, untried=True)
    return keep(state="waiting", next_try_at=held.until) if held.until else keep(state="held")


def _result(each: Claimed, outcome: Outcome, now: datetime) -> Result:
    if outcome.sent:
        return Result(each.id, each.tries, "sent", sent_at=now)
    if outcome.gone:
        words = "The endpoint is gone for good, and is switched off."
        return Result(each.id, each.tries, "dead", code="gone", words=words, error=outcome.error)
    again = next_try(each.id, each.tries, now, outcome.asked)
    if again is None:
        words = f"It was tried {MOST_TRIES} times."
        return Result(each.id, each.tries, "dead", code="tries", words=words, error=outcome.error)
    return Result(each.id, each.tries, "waiting", next_try_at=again, error=outcome.error)


def _answers(told: list[tuple[Endpoint, Outcome]]) -> list[Answers]:
    """Return what each endpoint answered, in the order of the tries."""
    answers: dict[str, Answers] = {}
    for endpoint, outcome in told:
        before = answers.get(endpoint.name, Answers(endpoint.name, sent=False, failures=0, error="", gone=False))
        if outcome.sent:
            answers[endpoint.name] = before._replace(sent=True, failures=0)
        else:
            gone = before.gone or outcome.gone
            answers[endpoint.name] = before._replace(failures=before.failures + 1, error=outcome.error, gone=gone)
    return list(answers.values())
