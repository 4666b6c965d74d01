"""Tells the log who looked, who signed in and who was changed: by an outbox, in the transaction of what is told.

The relay brings it onto the log. Whoever looks does not wait for that, and nobody looks without a row here. What is
told has its time by the clock of the house, as everything on the log; sessions, links and waits go by the real one.
"""

import hmac
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import uuid4

from events.catalog.access import MOST_NAMED, ListLooked, Looked, SignedIn, SignInRefused, UserChanged
from events.codec import Codec
from events.envelope import Envelope
from events.event import MAX_KEY_CHARACTERS, MAX_NAME_CHARACTERS, Event
from projections._engine.registry import Connection
from services.access.viewer import Viewer
from services.house.clock import clock_of
from services.ingest.texts import escaped

SOURCE = "urn:regulars:access"
UNKNOWN = "unknown"
"""Who is meant by a name that nobody has."""

KEY = "key:"
"""What the name of a programme begins with."""

HASH_CHARACTERS = 32
TYPED_CHARACTERS = 12

# Told already is told: the same look twice within a minute.
SAY = "INSERT INTO access.said (event_id, state) VALUES (%s, %s) ON CONFLICT (event_id) DO NOTHING"

_CODEC = Codec()


class Look(NamedTuple):
    """What was looked at, and how: the customer, the view's name, page, json, csv or key; and the past, if it was."""

    subject: str
    what: str
    how: str
    as_of: str = ""


class ListLook(NamedTuple):
    """What list was looked at, how, what was asked of it, how many it named and whom; and the rows of a CSV."""

    what: str
    how: str
    asked: str
    people: int
    whom: Sequence[str]
    as_of: str = ""
    rows: int = 0


def looked(connection: Connection, viewer: Viewer, look: Look, now: datetime) -> None:
    """Tell that somebody looked at a customer; ``now`` is by the clock of the house.

    Looks that differ in nothing but their seconds are one: a page that fetches itself anew is looked at once a minute.
    """
    as_of = escaped(look.as_of)[:MAX_NAME_CHARACTERS]
    minute = now.replace(second=0, microsecond=0)
    same = repr((viewer.name, *look._replace(as_of=as_of), minute.isoformat()))
    data = Looked(actor=viewer.name, role=viewer.role, what=look.what, how=look.how, as_of=as_of)
    _say(connection, _look_id(same), look.subject, now, data)


def list_looked(connection: Connection, viewer: Viewer, look: ListLook, now: datetime) -> None:
    """Tell that somebody looked at a list; ``now`` is by the clock of the house. It is told once a minute, as a look.

    Whom it named is told where they are no more than MOST_NAMED.
    """
    whom = tuple(look.whom) if len(look.whom) <= MOST_NAMED else ()
    as_of, asked = (escaped(text)[:MAX_NAME_CHARACTERS] for text in (look.as_of, look.asked))
    minute = now.replace(second=0, microsecond=0)
    same = repr((viewer.name, *look._replace(as_of=as_of, asked=asked, whom=whom), minute.isoformat()))
    data = ListLooked(
        actor=viewer.name,
        role=viewer.role,
        what=look.what,
        how=look.how,
        asked=asked,
        as_of=as_of,
        people=look.people,
        whom=whom,
        rows=look.rows,
    )
    subject = viewer.name if viewer.name.startswith(KEY) else f"user:{viewer.name}"
    _say(connection, _look_id(same), subject, now, data)


def hashed(secret: bytes, text: str) -> str:
    """Return what is told in place of what somebody typed: who has the secret can look whether it was a given text."""
    digest = hmac.new(secret, b"typed:" + text.encode(errors="surrogatepass"), sha256)
    return f"#{digest.hexdigest()[:TYPED_CHARACTERS]}"


def user_signed_in(connection: Connection, name: str, how: str, address: str, now: datetime) -> None:
    """Tell that a user signed in."""
    _say_of_user(connection, name, now, SignedIn(how=how, address=_label(address)))


def sign_in_refused(  # noqa: PLR0913, PLR0917 - all that is told of it
    connection: Connection, name: str | None, reason: str, how: str, address: str, now: datetime, until: datetime | None
) -> None:
    """Tell that somebody could not sign in; the name is None where nobody has it."""
    locked_until = until + clock_of(connection).ahead if until else None
    data = SignInRefused(reason=reason, how=how, address=_label(address), locked_until=locked_until)
    _say_of_user(connection, name or UNKNOWN, now, data)


def user_changed(  # noqa: PLR0913 - as above
    connection: Connection,
    name: str,
    change: str,
    by: str,
    now: datetime,
    *,
    role: str = "",
    stores: Sequence[str] = (),
) -> None:
    """Tell that a user is not what they were."""
    data = UserChanged(change=change, by=by, role=role, stores=tuple(stores))
    _say_of_user(connection, name, now, data)


def _say_of_user(connection: Connection, name: str, now: datetime, data: Event) -> None:
    _say(connection, f"access:{uuid4().hex}", f"user:{name}", now + clock_of(connection).ahead, data)


def _say(connection: Connection, event_id: str, subject: str, now: datetime, data: Event) -> None:
    envelope = Envelope(id=event_id, source=SOURCE, time=now, subject=subject, data=data)
    state = _CODEC.encode(envelope)
    _CODEC.decode(state)  # raises BadEvent here, and not in the relay, which would stop at it
    connection.execute(SAY, [event_id, state])


def _look_id(same: str) -> str:
    return f"access:look:{sha256(same.encode(errors='surrogatepass')).hexdigest()[:HASH_CHARACTERS]}"


def _label(text: str) -> str:
    return escaped(text)[:MAX_KEY_CHARACTERS]
