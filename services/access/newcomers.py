"""Who somebody of the OpenID provider is here: known by the account, else by a verified e-mail address, else new.

An address counts only where the provider says that it is verified, and only once: from then on the account is bound to
the user, and neither another account with that address nor a change of the address opens anything.
"""

import re
from datetime import datetime
from itertools import chain, count
from typing import NamedTuple

from psycopg.rows import scalar_row

from projections._engine.registry import Connection
from services.access import telling, users
from services.access.errors import SignInRefused
from services.access.provider import Provider
from services.access.users import User

OIDC = "oidc"
MOST_SUBJECT_CHARACTERS = 255
BY_ACCOUNT = "SELECT name FROM access.user WHERE issuer = %s AND oidc_subject = %s"
BY_EMAIL = "SELECT name FROM access.user WHERE email <> '' AND lower(email) = lower(%s) FOR NO KEY UPDATE"
UNKNOWN = "This account belongs to nobody here: ask an admin to add you with your e-mail address."


class Account(NamedTuple):
    """What a provider says of somebody. ``email`` is empty where it is not verified."""

    subject: str
    email: str = ""
    called: str = ""
    shown_as: str = ""


def user_of(connection: Connection, provider: Provider, account: Account, address: str, now: datetime) -> User:
    """Return who somebody is here, for the first time too. Raises SignInRefused, which is told on the log."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.access.newcomers'))")
        found = _found(connection, provider, account, now) or _new(connection, provider, account, now)
    if found is None or found.disabled_at is not None:
        reason, name = ("disabled", found.name) if found else ("unknown", None)
        telling.sign_in_refused(connection, name, reason, OIDC, address, now, None)
        raise SignInRefused(UNKNOWN)
    return found


def _found(connection: Connection, provider: Provider, account: Account, now: datetime) -> User | None:
    with connection.cursor(row_factory=scalar_row) as cursor:
        name = cursor.execute(BY_ACCOUNT, [provider.issuer, account.subject]).fetchone()
        if name is not None:
            return users.user_named(connection, name)
        name = cursor.execute(BY_EMAIL, [account.email]).fetchone() if account.email else None
    if name is None:
        return None
    user = users.user_named(connection, name)
    if user.oidc_subject or user.disabled_at is not None:
        return user if user.disabled_at is not None else None
    users.bind(connection, name, provider.issuer, account.subject, now)
    return users.user_named(connection, name)


def _new(connection: Connection, provider: Provider, account: Account, now: datetime) -> User | None:
    """Add somebody, where newcomers are welcome and the address is not somebody else's."""
    if provider.newcomers is None:
        return None
    taken = account.email and connection.execute(BY_EMAIL, [account.email]).fetchone() is not None
    if taken:
        return None
    user = User(
        _free_name(connection, account),
        provider.newcomers,
        now,
        shown_as=account.shown_as[: users.MOST_SHOWN_CHARACTERS],
        email=account.email,
        issuer=provider.issuer,
        oidc_subject=account.subject,
    )
    users.add(connection, user, OIDC)
    return users.user_named(connection, user.name)


def _free_name(connection: Connection, account: Account) -> str:
    """Return a name that nobody has, as like the account's as can be."""
    said = account.called or account.email.partition("@")[0]
    plain = re.sub(r"[^a-z0-9._-]+", "-", said.lower()).strip("-._")[:40] or "user"
    names = chain([plain], (f"{plain}-{number}" for number in count(2)))
    return next(name for name in names if name not in users.RESERVED and users.find(connection, name) is None)
