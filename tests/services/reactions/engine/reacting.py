"""Signals and reactions of tests: what each asks for can be counted in the tables that it ends in."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from services.desk.task import Complete, Open
from services.installation import Connection
from services.reactions._engine.reaction import Action, Announce, Do, Hold, Offer, Reaction, Remind, Signal, World

NOW = datetime(2030, 5, 4, 12, tzinfo=UTC)
"""The tests' clock: later than any database began to react."""

HOUR = timedelta(hours=1)

NUMBERS = count(1)

# What a signal led to, in each table that it can end in.
EFFECTS = """
SELECT (SELECT count(*) FROM desk.stored_events WHERE originator_id = ANY (%(tasks)s)),
       (SELECT count(*) FROM reactions.timer WHERE subject = ANY (%(subjects)s)),
       (SELECT count(*) FROM outgoing.delivery WHERE recipient = ANY (%(subjects)s)),
       (SELECT count(*) FROM reactions.offer WHERE subject = ANY (%(subjects)s)),
       (SELECT count(*) FROM reactions.firing WHERE subject = ANY (%(subjects)s))
"""

ENDPOINT = """
INSERT INTO outgoing.endpoint (name, url, types, secret, created_at)
VALUES ('shop', 'https://shop.invalid', '{*}', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', now())
"""


def new_signal(kind: str = "everything", **given: Any) -> Signal:  # noqa: ANN401 - as wide as the signal's fields
    """Return a signal that nobody has heard yet, of a subject of its own."""
    number = next(NUMBERS)
    subject = given.pop("subject", f"customer:{number}")
    told = {"subject": subject, "event_id": f"e-{number}", "happened_at": NOW, "raised_at": NOW}
    return Signal(id=f"e-{number}:{kind}:{subject}", kind=kind, **{**told, **given})


def task_of(signal: Signal) -> str:
    """Return the id of the task that a signal leads to."""
    return f"call-{signal.subject}"


def open_task(signal: Signal, title: str = "Call them") -> Do:
    """Return the wish for a task."""
    return Do("task", task_of(signal), Open(subject=signal.subject, title=title, reason=signal.kind))


def everything(signal: Signal, world: World) -> Iterable[Action]:
    """Ask for one of each."""
    yield open_task(signal)
    yield Remind(f"later:{signal.subject}", "later", signal.subject, world.now + HOUR, {"of": signal.id})
    yield Announce("promise.broken", signal.subject, {"why": signal.kind})
    yield Offer(signal.subject, {"product": "tea"})


def refused(signal: Signal, _: World) -> Iterable[Action]:
    """Ask for what the desk's rules do not allow."""
    yield Do("task", f"never-{signal.subject}", Complete())


def faulty(signal: Signal, _: World) -> Iterable[Action]:
    """Fail halfway."""
    yield open_task(signal)
    message = f"no such thing as {signal.subject}"
    raise KeyError(message)


def ill_asked(_: Signal, world: World) -> Iterable[Action]:
    """Ask the database for what it has not."""
    world.connection.execute("SELECT * FROM nothing_like_it")
    return []


def impossible(signal: Signal, _: World) -> Iterable[Action]:
    """Ask for what the database cannot hold."""
    yield Offer(signal.subject, {"product": "a\0b"})


def holds(_: Signal, __: World) -> Iterable[Action]:
    """Hold back."""
    return [Hold("quiet", "It is night where they live.")]


def nothing(_: Signal, __: World) -> Iterable[Action]:
    """Find nothing to do."""
    return []


def reaction(name: str, react: Any, *kinds: str) -> Reaction:  # noqa: ANN401 - a function
    """Return a reaction to these kinds, or to the kind of its name."""
    return Reaction(name, kinds or (name,), react, f"Does {name}.")


REACTIONS = (
    reaction("everything", everything, "everything", "later"),
    reaction("refused", refused, "refused"),
    reaction("faulty", faulty, "faulty"),
    reaction("ill_asked", ill_asked, "ill_asked"),
    reaction("impossible", impossible, "impossible"),
    reaction("holds", holds, "holds"),
    reaction("nothing", nothing, "nothing"),
)


def effects(connection: Connection, signals: Sequence[Signal]) -> tuple[int, ...]:
    """Return how many events, timers, deliveries, offers and firings there are of these signals' subjects."""
    of = {"tasks": [f"task:{task_of(each)}" for each in signals], "subjects": [each.subject for each in signals]}
    return tuple(connection.execute(EFFECTS, of).fetchall()[0])


def written(connection: Connection, signal: Signal) -> Mapping[str, tuple[str, str, str]]:
    """Return the outcome, the code and the words of each reaction to a signal."""
    query = "SELECT reaction, outcome, code, words FROM reactions.firing WHERE signal = %s"
    return {name: (outcome, code, words) for name, outcome, code, words in connection.execute(query, [signal.id])}
