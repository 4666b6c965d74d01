"""The engine of the reactions: hears signals, and does what the reactions to them ask for, once.

    with closing(Engine(installation.connect(), desk)) as engine:
        engine.react_to(signals, now)

Each signal is answered by each reaction that hears its kind, over one snapshot. One transaction writes all of it:
what fired, the desk's facts, timers, deliveries and offers. So after a crash between any two steps a signal is heard
again and either nothing was done, or all of it, and then nothing is done again.

A reaction that raises an exception, or asks for what cannot be done, has failed: that is written down with its
sentence, the others go on, and it can be tried again. A command that the desk's rules refuse is no failure.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from datetime import datetime
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

import psycopg

from projections._engine.registry import Connection
from services.desk.deciding import Refused
from services.desk.desk import Desk
from services.desk.session import Done
from services.process.retrying import Away
from services.reactions._engine.commanding import orders_of, with_outcomes
from services.reactions._engine.effects import Cursor, Due, Effects, FiredAlready, TimerMoved, write
from services.reactions._engine.figures import ReactionFigures
from services.reactions._engine.firing import Firing, evaluated, failed, hearing
from services.reactions._engine.reaction import Do, Reaction, Signal
from services.reactions.registered import REACTIONS

LOGGER = logging.getLogger("regulars.reactions")

MOST_AT_ONCE = 400
"""About how many firings and commands a transaction has."""

TRIES = 20

KNOWN = "SELECT signal, reaction, outcome FROM reactions.firing WHERE signal = ANY (%s)"

NO_TIMERS: Mapping[str, Due] = MappingProxyType({})


class Busy(RuntimeError):
    """The desk was asked for the same by others, again and again."""


BY_CHANCE = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)
"""What the database says when two were in each other's way: it is right the next time."""

NOT_OF_ONE = (FiredAlready, TimerMoved, Busy, psycopg.OperationalError, psycopg.InterfaceError)
"""What says nothing of any one firing, and so is not to be written down as its failure."""


class Manner(NamedTuple):
    """How signals are heard: ``again``, so that what failed is tried once more; ``even_late``, however old they are."""

    again: bool = False
    even_late: bool = False


FIRST = Manner()


class Engine:
    """Reacts, over a connection that is its own. One thread uses it; another writes, while that one looks on."""

    def __init__(
        self,
        connection: Connection,
        desk: Desk,
        reactions: Iterable[Reaction] = REACTIONS,
        figures: ReactionFigures | None = None,
    ) -> None:
        """Read what the reactions look at over this connection, which is in autocommit; the desk writes."""
        self.connection = connection
        self.figures = figures or ReactionFigures()
        self._desk = desk
        self._by_kind = hearing(reactions)
        self._writer = ThreadPoolExecutor(1, "reactions")

    def react_to(
        self, signals: Iterable[Signal], now: datetime, raised: Mapping[str, Due] = NO_TIMERS, manner: Manner = FIRST
    ) -> list[Firing]:
        """React to signals, and return what came of those that are new to a reaction.

        ``raised`` are the timers that some of the signals come of, by the ids of the signals: they are marked in the
        transaction of what they lead to. Raises TimerMoved where one was moved meanwhile, and psycopg.OperationalError
        or Away where the database is away; then some may be done, and all are to be heard again.
        """
        distinct = {signal.id: signal for signal in signals}
        due = dict(raised)
        done: list[Firing] = []
        for _ in range(TRIES):
            heard = self._news(list(distinct.values()), manner)
            answers = evaluated(self.connection, heard, now, even_late=manner.even_late)
            with closing(answers):
                parts = _transactions(distinct, heard, answers, due, again=manner.again)
                if self._do_all(parts, now, done, due):
                    self.figures.heard += len(distinct)
                    return done
        message = "others react to the same signals, or decide on the same, again and again"
        raise Away(message)

    def _do_all(self, parts: Iterable[Effects], now: datetime, done: list[Firing], due: dict[str, Due]) -> bool:
        """Do what some parts ask for, each while the next one is found; False where all is to be looked at again.

        What was done is added to ``done``, and timers that were raised are taken out of ``due``.
        """

        def work(effects: Effects) -> None:
            done.extend(self._do(effects, now))
            for signal in [signal for signal, timer in due.items() if timer in effects.raised]:
                del due[signal]

        begun: Future[None] | None = None
        try:
            for effects in parts:
                if begun is not None:
                    begun.result()
                begun = self._writer.submit(work, effects)
            if begun is not None:
                begun.result()
        except (FiredAlready, Busy, *BY_CHANCE):
            return False
        finally:
            if begun is not None:
                wait([begun])
        return True

    def _news(self, signals: Sequence[Signal], manner: Manner) -> list[tuple[Signal, Reaction]]:
        """Return what is to be answered: what never was, or with ``again`` what failed."""
        heard = [(signal, reaction) for signal in signals for reaction in self._by_kind.get(signal.kind, ())]
        if not heard:
            return []
        rows = self.connection.execute(KNOWN, [list({signal.id for signal, _ in heard})]).fetchall()
        known = {(signal, reaction): outcome for signal, reaction, outcome in rows}
        wanted = "failed" if manner.again else None
        return [(signal, reaction) for signal, reaction in heard if known.get((signal.id, reaction.name)) == wanted]

    def _do(self, effects: Effects, now: datetime) -> list[Firing]:
        """Do what some firings ask for, all in one transaction; where that cannot be done, each in its own."""
        try:
            return self._write(effects, now)
        except NOT_OF_ONE:
            raise
        except Exception:
            LOGGER.exception("What %d firings ask for cannot be done together.", len(effects.firings))
        done = []
        for firing in effects.firings:
            done += self._do_one(effects._replace(firings=[firing], raised=()), now)
        return done + self._write(effects._replace(firings=()), now)

    def _do_one(self, effects: Effects, now: datetime) -> list[Firing]:
        try:
            return self._write(effects, now)
        except NOT_OF_ONE:
            raise
        except Exception as error:  # noqa: BLE001 - whatever one firing asks for, the others go on
            (firing,) = effects.firings
            return self._write(effects._replace(firings=[failed(firing.signal, firing.reaction, error)]), now)

    def _write(self, effects: Effects, now: datetime) -> list[Firing]:
        """Write one transaction, and return its firings with what the desk said."""
        told: list[Firing] = []

        def also(cursor: Cursor, outcomes: Sequence[Done | Refused]) -> None:
            told[:] = with_outcomes(effects.firings, outcomes)
            write(cursor, effects._replace(firings=told), now)

        try:
            self._desk.perform_all(orders_of(effects.firings), now, also)
        except Refused as refused:
            raise Busy(refused.message) from refused
        self._count(told)
        return told

    def _count(self, firings: Sequence[Firing]) -> None:
        for firing in firings:
            refused = sum("refused" in document for document in firing.documents)
            self.figures.fired(firing.reaction, firing.outcome, refused)
            if firing.outcome == "failed":
                LOGGER.error("Reaction %s failed on signal %s: %s", firing.reaction, firing.signal.id, firing.words)


def _transactions(
    signals: Iterable[str],
    heard: Sequence[tuple[Signal, Reaction]],
    answers: Iterator[Firing],
    raised: Mapping[str, Due],
    *,
    again: bool,
) -> Iterator[Effects]:
    """Yield what goes into one transaction each: all that some signals lead to, and about as much as is quick.

    The answers come one by one, in the order of what was heard, and that is in the order of the signals.
    """
    counts = Counter(signal.id for signal, _ in heard)
    timers_of = dict(raised)  # what is raised meanwhile is taken out of the other
    part: list[Firing] = []
    timers: list[Due] = []
    size = 0
    for signal in signals:
        found = list(islice(answers, counts[signal]))
        part += found
        timers += [timers_of[signal]] if signal in timers_of else []
        size += sum(1 + sum(isinstance(action, Do) for action in firing.actions) for firing in found)
        if size >= MOST_AT_ONCE:
            yield Effects(part, timers, again)
            part, timers, size = [], [], 0
    if part or timers:
        yield Effects(part, timers, again)
