"""A firing: what came of one signal in one reaction. It is found without doing anything, and can be shown as it is."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec
import psycopg

from projections._engine.registry import Connection
from services.reactions._engine import remembered
from services.reactions._engine.reaction import Action, Hold, Reaction, Signal, World
from services.reactions._engine.wording import Document, document_of

Outcome = Literal["fired", "held", "failed"]

BEGAN = "SELECT began_at FROM reactions.began"

SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

CONNECTION_LOST = ("08", "53", "57P", "58")
"""What begins the codes of errors that say nothing of a query: the server is away, full, or ending."""


class Firing(NamedTuple):
    """A reaction's answer to a signal. ``code`` and ``words`` are the rule that held it back, or the fault."""

    signal: Signal
    reaction: str
    outcome: Outcome
    code: str = ""
    words: str = ""
    actions: Sequence[Action] = ()
    documents: Sequence[Document] = ()


def hearing(reactions: Iterable[Reaction]) -> Mapping[str, Sequence[Reaction]]:
    """Return the reactions by the kind of signal that they hear."""
    by_kind: dict[str, list[Reaction]] = {}
    for reaction in reactions:
        for kind in reaction.hears:
            by_kind.setdefault(kind, []).append(reaction)
    return by_kind


def evaluated(
    connection: Connection, heard: Iterable[tuple[Signal, Reaction]], now: datetime, *, even_late: bool = False
) -> Generator[Firing]:
    """Yield what each reaction answers to its signal, all over one snapshot of the projections; nothing is changed.

    A reaction that raises an exception has failed, and the others go on; a query of it that fails ends the snapshot,
    and the next one sees another. ``even_late`` lets pass what is held back since it is late. Raises
    psycopg.OperationalError where the database is away. Close it, so that the snapshot ends.
    """
    (began_at,) = connection.execute(BEGAN).fetchall()[0]
    try:
        for signal, reaction in heard:
            _look(connection)
            late = None if even_late else lateness(signal, reaction, now, began_at)
            yield late or answer(signal, reaction, World(connection, now))
    finally:
        remembered.end(connection)
        if not connection.closed:
            connection.rollback()


def foreseen(
    connection: Connection, heard: Iterable[tuple[Signal, Reaction]], now: datetime, *, even_late: bool = False
) -> list[Firing]:
    """Return the same as ``evaluated`` over the connection's own transaction, whoever began it and will end it."""
    (began_at,) = connection.execute(BEGAN).fetchall()[0]
    return [
        (None if even_late else lateness(signal, reaction, now, began_at))
        or answer(signal, reaction, World(connection, now))
        for signal, reaction in heard
    ]


def _look(connection: Connection) -> None:
    """Take a snapshot, where none is held, or a query that failed has ended it."""
    status = connection.info.transaction_status
    if status == psycopg.pq.TransactionStatus.INERROR:
        connection.rollback()
    if status != psycopg.pq.TransactionStatus.INTRANS:
        connection.execute(SNAPSHOT)
        remembered.begin(connection)


def lateness(signal: Signal, reaction: Reaction, now: datetime, began_at: datetime) -> Firing | None:
    """Return what holds a signal back that comes too late, if it does."""
    if signal.raised_at < began_at:
        words = f"It was raised before this database began to react, at {began_at:%Y-%m-%d %H:%M:%S} UTC."
        return Firing(signal, reaction.name, "held", "history", words)
    if now - signal.happened_at > reaction.fresh_for:
        words = f"It happened {now - signal.happened_at} before it was heard, and is of use for {reaction.fresh_for}."
        return Firing(signal, reaction.name, "held", "stale", words)
    return None


def answer(signal: Signal, reaction: Reaction, world: World) -> Firing:
    """Return what a reaction answers; where it raises an exception, its sentence."""
    try:
        actions = tuple(reaction.react(signal, world))
        documents = tuple(document_of(action) for action in actions)
        msgspec.json.encode(documents)
    except Exception as error:
        if isinstance(error, psycopg.Error):
            if is_away(error, world.connection):
                raise
            world.connection.rollback()
        return failed(signal, reaction.name, error)
    if not actions:
        return Firing(signal, reaction.name, "held", "nothing_to_do", "The reaction finds nothing to do.")
    held = [action for action in actions if isinstance(action, Hold)]
    if len(held) == len(actions):
        return Firing(signal, reaction.name, "held", held[0].code, held[0].words, actions, documents)
    return Firing(signal, reaction.name, "fired", "", "", actions, documents)


def failed(signal: Signal, reaction: str, error: Exception) -> Firing:
    """Return that a reaction failed, and its sentence."""
    words = f"{type(error).__name__}: {error}".replace("\0", "\\0")
    return Firing(signal, reaction, "failed", "exception", words)


def is_away(error: psycopg.Error, connection: Connection) -> bool:
    """Return whether the database is away, so that the query is not to blame."""
    return connection.closed or (error.sqlstate or "").startswith(CONNECTION_LOST)
