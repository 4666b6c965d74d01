"""Who asked for webhooks: their addresses, the types that they asked for, and the secrets that sign what they get."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from psycopg.rows import class_row

from projections._engine.registry import Connection
from services.outgoing.errors import NotThere, OutgoingRefused
from services.outgoing.signing import BadSecret, key_of, new_secret

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
TYPE = re.compile(r"\*|[a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?")
MOST_URL_CHARACTERS = 2000

ENDPOINTS = """
SELECT name, url, types, secret, old_secret, old_good_until, inside, created_at, disabled_at, disabled_why, failures,
       last_error, last_sent_at
  FROM outgoing.endpoint ORDER BY name
"""

ADD = """
INSERT INTO outgoing.endpoint (name, url, types, secret, inside, created_at)
VALUES (%(name)s, %(url)s, %(types)s, %(secret)s, %(inside)s, %(now)s) ON CONFLICT (name) DO NOTHING
"""

# The secret that is replaced is good on for the overlap; one that was good on still is not any more.
ROTATE = """
UPDATE outgoing.endpoint SET old_secret = secret, old_good_until = %(until)s, secret = %(secret)s WHERE name = %(name)s
"""

ENABLE = "UPDATE outgoing.endpoint SET disabled_at = NULL, disabled_why = '', failures = 0 WHERE name = %s"

REMOVE = "DELETE FROM outgoing.endpoint WHERE name = %s"

LET_GO = """
UPDATE outgoing.delivery SET state = 'held', code = 'removed', words = %(words)s, counted_at = NULL
 WHERE target = %(target)s AND state = 'waiting'
"""


@dataclass(frozen=True)
class Endpoint:
    """Who asked for webhooks. Secrets, and the URL, which may hold one, are not shown in a ``repr``."""

    name: str
    url: str = field(repr=False)
    types: list[str]
    secret: str = field(repr=False)
    created_at: datetime
    old_secret: str = field(default="", repr=False)
    old_good_until: datetime | None = None
    inside: bool = False
    disabled_at: datetime | None = None
    disabled_why: str = ""
    failures: int = 0
    last_error: str = ""
    last_sent_at: datetime | None = None

    @property
    def target(self) -> str:
        """Return how a delivery names it."""
        return f"webhook:{self.name}"

    @property
    def shown_url(self) -> str:
        """Return the URL without its query, which may hold a key."""
        return urlsplit(self.url)._replace(query="", fragment="").geturl()

    def signers(self, now: datetime) -> list[str]:
        """Return the secrets that sign what is sent now: the new one first."""
        old_is_good = self.old_secret and self.old_good_until and now < self.old_good_until
        return [self.secret, self.old_secret] if old_is_good else [self.secret]


def endpoints(connection: Connection) -> list[Endpoint]:
    """Return everybody who asked for webhooks, by name."""
    with connection.cursor(row_factory=class_row(Endpoint)) as cursor:
        return cursor.execute(ENDPOINTS).fetchall()


def endpoint_named(connection: Connection, name: str) -> Endpoint:
    """Return an endpoint. Raises NotThere."""
    for endpoint in endpoints(connection):
        if endpoint.name == name:
            return endpoint
    raise _not_there(name)


def add(connection: Connection, endpoint: Endpoint) -> None:
    """Add an endpoint, with the secret that it brings along. Raises OutgoingRefused."""
    checked_name(endpoint.name)
    check_url(endpoint.url, inside=endpoint.inside)
    _check_secret(endpoint.secret)
    for each in endpoint.types:
        if TYPE.fullmatch(each) is None:
            message = f"{each!r} is no type: write one such as promise.broken, the beginning promise.*, or * for all."
            raise OutgoingRefused(message)
    said = {"name": endpoint.name, "url": endpoint.url, "types": endpoint.types, "secret": endpoint.secret}
    if not connection.execute(ADD, {**said, "inside": endpoint.inside, "now": endpoint.created_at}).rowcount:
        message = f"There is a webhook {endpoint.name} already: remove it first, or choose another name."
        raise OutgoingRefused(message)


def rotate(connection: Connection, name: str, overlap: timedelta, now: datetime, secret: str | None = None) -> str:
    """Give an endpoint a new secret, and return it; for the overlap, the one before signs too. Raises NotThere."""
    given = secret or new_secret()
    _check_secret(given)
    if not connection.execute(ROTATE, {"name": name, "secret": given, "until": now + overlap}).rowcount:
        raise _not_there(name)
    return given


def enable(connection: Connection, name: str) -> None:
    """Send to an endpoint again that was switched off; what waits for it goes out. Raises NotThere."""
    if not connection.execute(ENABLE, [name]).rowcount:
        raise _not_there(name)


def remove(connection: Connection, name: str) -> int:
    """Remove an endpoint; return how many deliveries to it are held back now that waited. Raises NotThere."""
    with connection.transaction():
        if not connection.execute(REMOVE, [name]).rowcount:
            raise _not_there(name)
        words = f"The webhook {name} was removed before this was sent."
        return connection.execute(LET_GO, {"target": f"webhook:{name}", "words": words}).rowcount


def checked_name(name: str) -> str:
    """Return a name that can be one. Raises OutgoingRefused."""
    if NAME.fullmatch(name) is None:
        message = f"{name!r} is no name: write small letters, digits, hyphens and underscores, 63 at most."
        raise OutgoingRefused(message)
    return name


def check_url(url: str, *, inside: bool) -> None:
    """Refuse a URL that nothing is sent to. Raises OutgoingRefused, which never repeats it: it may hold a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
        (parts.hostname or "").encode("idna")
    except ValueError:
        parts, port = urlsplit(""), None
    if not parts.hostname or port == 0 or not url.isprintable() or " " in url or len(url) > MOST_URL_CHARACTERS:
        message = "That is no URL that a webhook can go to: write one such as https://example.com/hooks."
        raise OutgoingRefused(message)
    if parts.username is not None or parts.password is not None:
        message = "The URL holds a user or a password: leave them out, since what is sent is signed."
        raise OutgoingRefused(message)
    if parts.scheme != "https" and not (inside and parts.scheme == "http"):
        message = "The URL has to begin with https://; http:// is for what lies inside the house, see --inside."
        raise OutgoingRefused(message)


def _check_secret(secret: str) -> None:
    try:
        key_of(secret)
    except BadSecret as error:
        raise OutgoingRefused(str(error)) from None


def _not_there(name: str) -> NotThere:
    return NotThere(f"There is no webhook {name!r}: 'regulars webhooks list' shows what there is.")
