"""Access: who of the house looked at whom, who signed in, and who may.

The subject of a look is the customer who was looked at; of everything else it is ``user:NAME``. None of it says that
anybody was there, and nothing reacts to it. ``by`` and ``actor`` are users' names, or ``key:ID`` for a programme.
"""

from typing import Annotated

from msgspec import Meta

from events.catalog.parts import Moment
from events.event import Event, Key, Label, Name, Personal

Stores = Annotated[tuple[Key, ...], Meta(max_length=1000)]


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


EVENTS = (Looked, SignedIn, SignInRefused, UserChanged)
