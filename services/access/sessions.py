"""Sessions: who is signed in, in which browser.

The cookie holds 256 random bits, signed, so that what nobody made here is turned away without a look at the database.
The row here can be ended, by whose it is or by an admin, and ends by itself: IDLE after it was last used, and ABSOLUTE
after it began. Whoever reads the table cannot sign in with what stands there.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from itsdangerous import BadSignature, Signer
from psycopg.rows import class_row

from projections._engine.registry import Connection
from services.access.roles import Role
from services.access.viewer import Viewer
from services.ingest.texts import escaped

COOKIE = "regulars_session"
IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(days=7)
USED_EVERY = timedelta(minutes=1)
"""How far behind the time of last use may be: to write it down at each request would cost as much as the page."""

KEPT = timedelta(days=30)
TOKEN_BYTES = 32
MOST_AGENT_CHARACTERS = 300

SECRET = "SELECT secret FROM access.secret"  # noqa: S105 - the query
MAKE_SECRET = "INSERT INTO access.secret (secret, made_at) VALUES (%s, now()) ON CONFLICT DO NOTHING"  # noqa: S105

BEGIN = """
INSERT INTO access.session (digest, user_name, how, address, agent, created_at, used_at, expires_at)
VALUES (%(digest)s, %(name)s, %(how)s, %(address)s, %(agent)s, %(now)s, %(now)s, %(now)s + %(absolute)s)
"""

FIND = """
SELECT s.id, s.used_at, u.name, u.role, u.stores, u.shown_as
  FROM access.session AS s JOIN access.user AS u ON u.name = s.user_name
 WHERE s.digest = %(digest)s AND s.ended_at IS NULL AND s.expires_at > %(now)s AND s.used_at > %(now)s - %(idle)s
   AND u.disabled_at IS NULL
"""

USED = "UPDATE access.session SET used_at = %(now)s WHERE id = %(id)s AND used_at < %(now)s"

OF_USER = """
SELECT id, user_name, how, address, agent, created_at, used_at, expires_at
  FROM access.session
 WHERE user_name = %(name)s AND ended_at IS NULL AND expires_at > %(now)s AND used_at > %(now)s - %(idle)s
 ORDER BY used_at DESC, id DESC
"""

END = "UPDATE access.session SET ended_at = %(now)s WHERE user_name = %(name)s AND id = %(id)s AND ended_at IS NULL"

END_ALL = """
UPDATE access.session SET ended_at = %(now)s
 WHERE user_name = %(name)s AND ended_at IS NULL AND expires_at > %(now)s AND used_at > %(now)s - %(idle)s
   AND id IS DISTINCT FROM %(besides)s
"""

FORGET = "DELETE FROM access.session WHERE expires_at < %(before)s"


class Session(NamedTuple):
    """A session that goes on, as its user may see it; ``used_at`` is right within a minute."""

    id: int
    user_name: str
    how: str
    address: str
    agent: str
    created_at: datetime
    used_at: datetime
    expires_at: datetime


class SignedIn(NamedTuple):
    """Who is signed in, and by which session."""

    viewer: Viewer
    session: int


class Came(NamedTuple):
    """Where somebody signs in from, and how."""

    how: str
    address: str
    agent: str


class Cookies:
    """Writes and reads what the cookie holds."""

    def __init__(self, secret: bytes) -> None:
        """Sign with this secret."""
        self._signer = Signer(secret, salt=b"regulars session", digest_method=sha256)

    def written(self, token: str) -> str:
        """Return what the cookie holds of a session's token."""
        return self._signer.sign(token).decode()

    def read(self, cookie: str) -> str | None:
        """Return the token of a cookie; None where it was not written here."""
        try:
            return self._signer.unsign(cookie.encode(errors="surrogatepass")).decode()
        except (BadSignature, UnicodeDecodeError):
            return None


def cookies(connection: Connection) -> Cookies:
    """Return what writes the cookies of this installation."""
    return Cookies(secret(connection))


def secret(connection: Connection) -> bytes:
    """Return what this installation signs with; it is made when it is first asked for."""
    row = connection.execute(SECRET).fetchone()
    if row is None:
        connection.execute(MAKE_SECRET, [secrets.token_bytes(TOKEN_BYTES)])
        row = connection.execute(SECRET).fetchall()[0]
    return bytes(row[0])


def begin(connection: Connection, name: str, came: Came, now: datetime) -> str:
    """Begin a session of a user, and return its token."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    said = {"digest": _digest(token), "name": name, "now": now, "absolute": ABSOLUTE, **came._asdict()}
    agent = escaped(came.agent[:MOST_AGENT_CHARACTERS])
    connection.execute(BEGIN, {**said, "agent": agent})
    connection.execute(FORGET, {"before": now - KEPT})
    return token


def signed_in(connection: Connection, token: str, now: datetime) -> SignedIn | None:
    """Return who is signed in with a token: nobody, where it ended, was too long idle, or they may not come in."""
    row = connection.execute(FIND, {"digest": _digest(token), "now": now, "idle": IDLE}).fetchone()
    if row is None:
        return None
    number, used_at, name, role, stores, shown_as = row
    if now - used_at > USED_EVERY:
        connection.execute(USED, {"id": number, "now": now})
    return SignedIn(Viewer(name, Role(role), frozenset(stores), shown_as), number)


def viewer_of_session(connection: Connection, cookie: str, now: datetime) -> Viewer | None:
    """Return who is signed in with a cookie, or None."""
    token = cookies(connection).read(cookie)
    found = signed_in(connection, token, now) if token else None
    return found.viewer if found else None


def of_user(connection: Connection, name: str, now: datetime) -> list[Session]:
    """Return the sessions of a user that go on, the last used first."""
    with connection.cursor(row_factory=class_row(Session)) as cursor:
        return cursor.execute(OF_USER, {"name": name, "now": now, "idle": IDLE}).fetchall()


def end(connection: Connection, name: str, number: int, now: datetime) -> bool:
    """End a session, if it is this user's; return whether it went on until now."""
    return connection.execute(END, {"name": name, "id": number, "now": now}).rowcount == 1


def end_all(connection: Connection, name: str, now: datetime, besides: int | None = None) -> int:
    """End the sessions of a user, but for one where it is named, and return how many went on until now."""
    return connection.execute(END_ALL, {"name": name, "now": now, "idle": IDLE, "besides": besides}).rowcount


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="surrogatepass")).digest()
