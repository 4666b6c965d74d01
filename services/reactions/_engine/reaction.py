"""How a reaction is written: a plain function of one signal and of what is known, which returns what is to be done.

    def react(signal: Signal, world: World) -> Iterable[Action]:
        yield Do("task", task_key, OpenTask(...))

It does nothing itself: whoever runs it writes down that it fired, and all that it asked for, in one transaction. So a
signal that is heard twice does nothing twice, and ``regulars reactions test`` shows what would be done.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

import msgspec

from projections._engine.registry import Connection
from services.desk.deciding import Command


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened and may call for a reaction. ``id`` is the same whenever it is heard again.

    It comes from the outbox of the pump, from a timer that ran out, or from a job that looks at everybody.
    """

    id: str
    kind: str
    subject: str
    event_id: str
    happened_at: datetime
    raised_at: datetime
    detail: dict[str, str] = msgspec.field(default_factory=dict)


class World(NamedTuple):
    """What a reaction may look at: the projections, and the clock."""

    connection: Connection
    now: datetime


class Do(NamedTuple):
    """Give the desk a command. What its rules refuse is written down, and is no error: it may be done already."""

    aggregate: str
    id: str
    command: Command


class Remind(NamedTuple):
    """Raise a signal at a time. One of the same ``key`` that waits still is replaced; one that was raised is not."""

    key: str
    kind: str
    subject: str
    at: datetime
    detail: Mapping[str, str]


class Forget(NamedTuple):
    """Let a reminder that waits still never be raised."""

    key: str


class Announce(NamedTuple):
    """Tell the webhooks that asked for this type, such as ``promise.broken``; ``data`` is what JSON can say."""

    type: str
    subject: str
    data: Mapping[str, Any]


class Tell(NamedTuple):
    """Write to a customer, or to one of the staff. ``purpose`` is what they must have agreed to, if they are customers.

    With the purpose ``service`` it is an answer to what they did themselves, such as a complaint, and takes no consent.
    """

    audience: Literal["customer", "staff"]
    to: str
    purpose: str
    title: str
    text: str


class Offer(NamedTuple):
    """Publish a personal offer for whoever shows it; ``document`` is what JSON can say."""

    subject: str
    document: Mapping[str, Any]


class Hold(NamedTuple):
    """Do nothing, for a reason that is written down: a code, and a sentence."""

    code: str
    words: str


Action = Do | Remind | Forget | Announce | Tell | Offer | Hold


class Reaction(NamedTuple):
    """A reaction: its name, the kinds of signals that it hears, and what it does, in words too.

    A signal that is older than ``fresh_for`` when it is heard is held back: what it asks for is no use any more.
    """

    name: str
    hears: tuple[str, ...]
    react: Callable[[Signal, World], Iterable[Action]]
    about: str
    fresh_for: timedelta = timedelta(days=2)
