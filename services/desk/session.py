"""One look at the desk: the states of what is decided on, read in one query, and the decisions over them.

Nothing is written here. What is decided in a session changes the states that it has, so that the next command is
decided over what the one before came to.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import psycopg

from events.envelope import Envelope
from events.errors import BadEvent
from projections._engine.registry import Connection
from services.desk.asking import aggregate_of, no_command
from services.desk.deciding import Aggregate, Fact, Order, Refused, Setting, command_name
from services.desk.mapping import SOURCE, Decided, EventMapper, event_id, originator
from services.desk.receipts import Key, Receipt, body_of, known, receipt_of
from services.desk.storing import streams

S = TypeVar("S")

MOST_CHARACTERS = 128
MOST_KEY_CHARACTERS = 255


class Done(NamedTuple):
    """A command that was carried out: the version that it led to, and the ids of its events, none where it was so.

    ``repeated`` tells that its key was used before, and that this is what came of it then.
    """

    aggregate: str
    id: str
    version: int
    events: tuple[str, ...]
    repeated: bool = False


class Stood(NamedTuple):
    """A state, and how many facts of the desk led to it."""

    state: Any
    version: int


class Session:
    """Decides over one connection, which others do not use meanwhile."""

    def __init__(self, connection: Connection, aggregates: Mapping[str, Aggregate[Any]], mapper: EventMapper) -> None:
        """Know nothing yet."""
        self.decided: list[Decided] = []
        self.receipts: list[Receipt] = []
        self._connection = connection
        self._aggregates = aggregates
        self._mapper = mapper
        self._stood: dict[str, Stood] = {}
        self._known: dict[Key, Receipt] = {}

    def stood(self, aggregate: Aggregate[Any], name: str) -> Stood:
        """Return how one of an aggregate stands, and its version."""
        originator_id = originator(aggregate.name, name)
        if originator_id not in self._stood:
            self._load({originator_id: (aggregate, name)})
        return self._stood[originator_id]

    def decide_all(self, orders: Sequence[Order], now: datetime) -> list[Done | Refused]:
        """Decide commands one after the other, and return what each comes to."""
        wanted = {}
        for order in orders:
            if (aggregate := self._aggregates.get(order.aggregate)) is not None and _wrong(order) is None:
                wanted[originator(order.aggregate, order.id)] = (aggregate, order.id)
        proper = [order for order in orders if _wrong(order) is None]
        self._known.update(known(self._connection, ((order.actor, order.key) for order in proper)))
        self._load(wanted)
        outcomes: list[Done | Refused] = []
        for order in orders:
            try:
                outcomes.append(self._decide(order, now))
            except Refused as refused:
                outcomes.append(refused)
        return outcomes

    def _decide(self, order: Order, now: datetime) -> Done:
        if (wrong := _wrong(order)) is not None:
            raise wrong
        aggregate = aggregate_of(self._aggregates, order.aggregate)
        if type(order.command) not in aggregate.commands:
            raise no_command(aggregate, command_name(type(order.command)))
        receipt = self._known.get((order.actor, order.key))
        if receipt is not None:
            return _repeated(order, receipt)
        before = self.stood(aggregate, order.id)
        if order.expected is not None and order.expected != before.version:
            raise _overtaken(order, before.version)
        setting = Setting(order.id, order.actor, now, self._connection, self._state_of)
        facts = order.command.decide(before.state, setting)
        return self._tell(aggregate, order, now, before, facts)

    def _tell(
        self, aggregate: Aggregate[Any], order: Order, now: datetime, before: Stood, facts: Sequence[Fact]
    ) -> Done:
        """Keep what was decided, and return it."""
        originator_id, decided, state = originator(aggregate.name, order.id), [], before.state
        for version, fact in enumerate(facts, start=before.version + 1):
            one = self._proper(Decided(originator_id, version, _envelope(originator_id, version, order, now, fact)))
            decided.append(one)
            state = aggregate.evolve(state, one.envelope)
        version = before.version + len(decided)
        events = tuple(one.envelope.id for one in decided)
        self.decided += decided
        self._stood[originator_id] = Stood(state, version)
        if decided or order.key:
            receipt = receipt_of(order, now, version, events)
            self.receipts.append(receipt)
            if order.key:
                self._known[order.actor, order.key] = receipt
        return Done(aggregate.name, order.id, version, events)

    def _proper(self, decided: Decided) -> Decided:
        """Return a fact as it will be read again. Raises Refused for what the log could not hold or give back."""
        try:
            return self._mapper.to_domain_event(self._mapper.to_stored_event(decided))
        except BadEvent as error:
            field = error.field.removeprefix("data.")
            message = f"This cannot be written down: {field} {error.reason}."
            raise Refused("invalid_field", message, field=field) from error

    def _state_of(self, aggregate: Aggregate[S], name: str) -> S:
        state: S = self.stood(aggregate, name).state
        return state

    def _load(self, wanted: Mapping[str, tuple[Aggregate[Any], str]]) -> None:
        missing = [originator_id for originator_id in wanted if originator_id not in self._stood]
        stored = streams(self._connection, missing) if missing else {}
        for originator_id in missing:
            aggregate, name = wanted[originator_id]
            state, version = self._heard(aggregate, name), 0
            for event in stored.get(originator_id, ()):
                state = aggregate.evolve(state, self._mapper.to_domain_event(event).envelope)
                version = event.originator_version
            self._stood[originator_id] = Stood(state, version)

    def _heard(self, aggregate: Aggregate[S], name: str) -> S:
        state = aggregate.begin(name)
        try:
            return aggregate.heard(state, self._connection)
        except psycopg.errors.UndefinedTable:  # nothing was projected yet, so nobody was heard
            return state


def _envelope(originator_id: str, version: int, order: Order, now: datetime, fact: Fact) -> Envelope:
    return Envelope(
        id=event_id(originator_id, version),
        source=SOURCE,
        time=fact.at or now,
        subject=fact.subject,
        data=fact.data,
        causationid=order.causation,
    )


def _wrong(order: Order) -> Refused | None:
    """Return what is wrong with how an order is addressed, if anything."""
    told: tuple[tuple[str, str, int, int], ...] = (
        ("id", order.id, 1, MOST_CHARACTERS),
        ("actor", order.actor, 1, MOST_CHARACTERS),
        ("key", order.key, 0, MOST_KEY_CHARACTERS),
    )
    for field, text, least, most in told:
        if not least <= len(text) <= most or not text.isprintable():
            message = f"The {field} of a command has {least} to {most} printable characters: this one has not."
            return Refused("invalid_field", message, field=field)
    return None


def _repeated(order: Order, receipt: Receipt) -> Done:
    if receipt.body != body_of(order):
        message = f"The key {order.key!r} came with another command before ({receipt.command}): use a new key."
        raise Refused("key_reused", message, field="key")
    return Done(order.aggregate, order.id, receipt.version, tuple(receipt.events), repeated=True)


def _overtaken(order: Order, version: int) -> Refused:
    message = (
        f"The {order.aggregate} {order.id} is at version {version} by now, and you expected {order.expected}:"
        " look at it again, then decide."
    )
    return Refused("overtaken", message, conflict=True)
