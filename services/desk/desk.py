"""The desk: carries out commands. What a rule allows is kept as facts, together or not at all, and counts once.

    with closing(Desk(installation.dsn)) as desk:
        done = desk.perform(Order("task", "t-1", Take(), actor="anna"), now)         # raises Refused
        outcomes = desk.perform_all(orders, now, also=lambda cursor, outcomes: ...)  # Done or Refused, one an order
        task, version = desk.state("task", "t-1")
        facts = desk.history("task", "t-1")

Any number of threads may use one desk. Two commands on one thing at the same moment: one wins, and the other is decided
again over what is so by then. When a call returns, what was decided is durable; when it raises anything but Refused,
it may be or not: with a key it is safe to send again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from threading import Lock
from typing import Any

from events.codec import Codec
from projections._engine.registry import Connection
from services.desk.aggregates import BY_NAME
from services.desk.asking import aggregate_of
from services.desk.deciding import Aggregate, Order, Refused
from services.desk.mapping import Decided, EventMapper, originator
from services.desk.receipts import Receipt, keep
from services.desk.session import Done, Session, Stood
from services.desk.storing import Conflict, Cursor, Datastore, Recorder
from services.house.clock import clock_of

TRIES = 30
TRIES_AT_ONCE = 3
CONNECTIONS = 8

Also = Callable[[Cursor, Sequence[Done | Refused]], None]
"""What else is written in the transaction of commands, which have come to these outcomes. It runs again where they are
decided again, or where the database did not answer: what it writes counts once, and it must do nothing else."""


class Desk:
    """Carries out commands on the database of a DSN, in which ``create_desk`` has run."""

    def __init__(
        self,
        dsn: str,
        aggregates: Mapping[str, Aggregate[Any]] = BY_NAME,
        connected: Callable[[str, int], Datastore] = Datastore,
    ) -> None:
        """Connect when first asked; ``aggregates`` are those that there are, by name."""
        self.aggregates = aggregates
        self._mapper = EventMapper(Codec())
        self._datastore = connected(dsn, CONNECTIONS)
        self._recorder = Recorder(self._datastore)
        self._turn = Lock()

    def now(self) -> datetime:
        """Return the time by the house's clock, by which people decide."""
        with self._datastore.reading() as connection:
            return clock_of(connection).now()

    def close(self) -> None:
        """Close the connections."""
        self._datastore.close()

    def perform(self, order: Order, now: datetime) -> Done:
        """Carry out one command and return what came of it.

        Raises Refused, and psycopg.OperationalError where the database does not answer.
        """
        (outcome,) = self.perform_all([order], now)
        if isinstance(outcome, Refused):
            raise outcome
        return outcome

    def perform_all(self, orders: Sequence[Order], now: datetime, also: Also | None = None) -> list[Done | Refused]:
        """Carry out commands in one transaction, and return what came of each; a refused one leaves the others alone.

        They are decided one after the other, each over what those before it came to. ``also`` is called with a cursor
        of that transaction and the outcomes, also where all were refused. Raises Refused where others are faster again
        and again, psycopg.OperationalError where the database does not answer, and what ``also`` raises.
        """
        for tried in range(TRIES):
            try:
                # Whoever lost several times waits for its turn, so that those who lose are not overtaken for ever.
                with self._turn if tried >= TRIES_AT_ONCE else nullcontext():
                    return self._try(orders, now, also)
            except Conflict:
                continue
        message = "Others decide on the same at the same time, again and again: try it again in a moment."
        raise Refused("busy", message, conflict=True)

    def _try(self, orders: Sequence[Order], now: datetime, also: Also | None) -> list[Done | Refused]:
        """Decide, and write what was decided. Raises Conflict where others wrote meanwhile."""
        with self._session() as session:
            outcomes = session.decide_all(orders, now)
        if session.receipts or also is not None:
            self._write(session.decided, session.receipts, outcomes, also)
        return outcomes

    def state(self, aggregate: str, name: str) -> Stood:
        """Return how one of an aggregate stands, by the desk's facts and what others said of it, and its version.

        The version counts the desk's facts. Raises Refused for an aggregate that there is not.
        """
        with self._session() as session:
            return session.stood(aggregate_of(self.aggregates, aggregate), name)

    def history(self, aggregate: str, name: str) -> list[Decided]:
        """Return the desk's facts about one of an aggregate, the first one first."""
        stored = self._recorder.select_events(originator(aggregate, name))
        return [self._mapper.to_domain_event(event) for event in stored]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield one of the desk's connections, for a caller who has none of its own."""
        with self._datastore.reading() as connection:
            yield connection

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with self._datastore.reading() as connection:
            yield Session(connection, self.aggregates, self._mapper)

    def _write(
        self,
        decided: Sequence[Decided],
        receipts: Sequence[Receipt],
        outcomes: Sequence[Done | Refused],
        also: Also | None,
    ) -> None:
        def work(cursor: Cursor) -> None:
            keep(cursor, receipts)
            if also is not None:
                also(cursor, outcomes)

        self._recorder.write([self._mapper.to_stored_event(each) for each in decided], work)
