"""Links with which somebody sets a password: for whoever has none yet, or forgot it. Each opens once, within a day."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from projections._engine.registry import Connection
from services.access import passwords, telling, users
from services.access.errors import AccessRefused
from services.access.roles import Role
from services.access.users import User

GOOD_FOR = timedelta(hours=24)
TOKEN_BYTES = 32
FIRST = "admin"
BY = "regulars"
"""Who does what the platform does by itself."""

MAKE = """
INSERT INTO access.link (digest, user_name, made_at, expires_at)
VALUES (%(digest)s, %(name)s, %(now)s, %(now)s + %(good_for)s)
"""

FIND = """
SELECT l.user_name FROM access.link AS l JOIN access.user AS u ON u.name = l.user_name
 WHERE l.digest = %(digest)s AND l.used_at IS NULL AND l.expires_at > %(now)s AND u.disabled_at IS NULL
"""

FIND_TO_USE = f"{FIND} FOR UPDATE OF l"

FORGET = "DELETE FROM access.link WHERE expires_at < %(now)s"

# Whether anybody could sign in: with a password, or by the provider.
ANYBODY = """
SELECT EXISTS (SELECT FROM access.user WHERE disabled_at IS NULL AND (password <> '' OR oidc_subject <> ''))
"""


def make(connection: Connection, name: str, by: str, now: datetime) -> str:
    """Make a link for a user, and return its token; links made before are void. Raises AccessRefused."""
    with connection.transaction():
        user = users.to_change(connection, name)
        if user.disabled_at is not None:
            message = f"{name} is let in no more: 'regulars users enable {name}' comes first."
            raise AccessRefused(message)
        connection.execute(users.VOID_LINKS, {"name": name, "now": now})
        return _made(connection, name, by, now)


def user_of(connection: Connection, token: str, now: datetime) -> str | None:
    """Return whose password a link sets; None where it is not known, was used, or is too old."""
    row = connection.execute(FIND, {"digest": _digest(token), "now": now}).fetchone()
    return None if row is None else str(row[0])


def use(connection: Connection, token: str, password: str, now: datetime) -> User:
    """Set a password by a link, which opens nothing after that. Raises AccessRefused.

    Whoever does so first does; sessions and other links of the user end.
    """
    said = {"digest": _digest(token), "now": now}
    name = user_of(connection, token, now)
    if name is None:
        raise gone()
    user = users.user_named(connection, name)
    kept = passwords.hashed(passwords.checked(password, name, user.shown_as, user.email))
    with connection.transaction():
        if connection.execute(FIND_TO_USE, said).fetchone() is None:
            raise gone()
        users.set_password(connection, name, kept, name, now)
    return users.user_named(connection, name)


def gone() -> AccessRefused:
    """Return what to say of a link that opens nothing."""
    message = "This link was used already, or is older than a day: ask an admin for a new one ('regulars users link')."
    return AccessRefused(message)


def first_admin(connection: Connection, now: datetime) -> str | None:
    """Make the user ``admin`` where there is nobody, and return the token of a link with which they set a password.

    Also where they are still the one and only, and nobody has set a password yet: earlier links go on being good, each
    for its day. None where somebody can sign in, or there are users that an admin added.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.access.first_admin'))")
        if connection.execute(ANYBODY).fetchone() == (True,):
            return None
        there = {each.name: each for each in users.users(connection)}
        if not there:
            users.add(connection, User(FIRST, Role.ADMIN, now, shown_as="Admin"), BY)
        elif FIRST not in there or there[FIRST].role is not Role.ADMIN or there[FIRST].disabled_at is not None:
            return None
        return _made(connection, FIRST, BY, now)


def _made(connection: Connection, name: str, by: str, now: datetime) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    connection.execute(FORGET, {"now": now})
    connection.execute(MAKE, {"digest": _digest(token), "name": name, "now": now, "good_for": GOOD_FOR})
    telling.user_changed(connection, name, "link made", by, now)
    return token


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="surrogatepass")).digest()
