"""Access: who of the house looked at whom, who signed in, and who may.

The subject of a look at one customer is that customer; of everything else, a look at a list too, it is ``user:NAME``,
or ``key:ID`` for a programme. None of it says that anybody was there, and nothing reacts to it. ``by`` and ``actor``
are users' names, or ``key:ID``.
"""

from typing import Annotated

from msgspec import Meta

from events.catalog.parts import Moment
from events.event import Event, Key, Label, Name, Personal

MOST_NAMED = 100
MOST_COUNTED = 10**9

Stores = Annotated[tuple[Key, ...], Meta(max_length=1000)]
People = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=192)], ...], Meta(max_length=MOST_NAMED)]
Shown = Annotated[int, Meta(ge=0, le=MOST_COUNTED)]


class Looked(Event, type="regulars.access.looked.v1"):
    """Somebody looked at what is kept of a customer.

    ``what`` is the view, such as customer; ``how`` is page, json, csv or key. ``as_of`` is the past that was asked for,
    as it was asked: an instant or positions. The same look again within a minute is the same event.
    """

    actor: Key
    role: Label
    what: Key
    how: Label
    as_of: Name = ""


class ListLooked(Event, type="regulars.access.list_looked.v1"):
    """Somebody looked at a list, a search, a report or the stream of events, of which more than one customer is told.

    ``what`` is the view, such as customers; ``how`` is page, json, csv, key or live. ``asked`` is how it was narrowed,
    such as ``sort=dial store=leeds``, where what was typed is a keyed hash, such as ``q=#4f2a11c9``: it may be a name.
    ``people`` is how many were named, and ``whom`` are those where they are few enough; ``rows`` is how many rows a CSV
    had. The same look again within a minute, at the same people, is the same event.
    """

    actor: Key
    role: Label
    what: Key
    how: Label
    asked: Name = ""
    as_of: Name = ""
    people: Shown = 0
    whom: People = ()
    rows: Shown = 0


class SignedIn(Event, type="regulars.access.signed_in.v1"):
    """A user signed in, by password, link or oidc."""

    how: Label
    address: Personal[Label] = ""


class SignInRefused(Event, type="regulars.access.refused.v1"):
    """Somebody tried to sign in as a user, in vain; ``user:unknown`` where there is no such user.

    What they typed is not told: it may be a password in the wrong field. ``reason`` is password, unknown, disabled or
    provider. ``locked_until`` is for how long nobody may try again; that somebody did anyway is not told.
    """

    reason: Label
    how: Label
    address: Personal[Label] = ""
    locked_until: Moment | None = None


class UserChanged(Event, type="regulars.access.user_changed.v1"):
    """A user was added, changed, disabled, enabled, given a link or a password, or signed out: ``change`` says what.

    ``role`` and ``stores`` are what they have from then on, where that was said.
    """

    change: Key
    by: Key
    role: Label = ""
    stores: Stores = ()


EVENTS = (Looked, ListLooked, SignedIn, SignInRefused, UserChanged)
