"""The registry: who may send, with which keys, and how what they send is treated.

It lies in Postgres. A process that serves has it in memory, in a ``Directory`` that it reads anew every second or so;
until then it does not know of a new key, and still takes one that was revoked. A source is never removed, since its
name is part of its events' ids: revoke its keys instead.
"""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any, NamedTuple, TypedDict, Unpack

import psycopg
from psycopg.rows import dict_row

from services.ingest import keys
from services.ingest.errors import NotRegistered, RegistryRefused
from services.ingest.source import Role, Source
from services.ingest.source_checks import checked
from services.ingest.texts import storable
from services.installation import Connection

ADD = """
INSERT INTO ingest.source (name, store, translation, plan, secret, events_per_second)
VALUES (%(name)s, %(store)s, %(translation)s, %(plan)s, %(secret)s, %(events_per_second)s)
ON CONFLICT (name) DO NOTHING
"""

CHANGE = """
UPDATE ingest.source
   SET store = %(store)s, translation = %(translation)s, plan = %(plan)s, secret = %(secret)s,
       events_per_second = %(events_per_second)s, changed_at = now()
 WHERE name = %(name)s
"""

SOURCES = """
SELECT name, store, translation, plan, secret, events_per_second, created_at, changed_at
  FROM ingest.source ORDER BY name COLLATE "C"
"""

SOURCE = "SELECT name, store, translation, plan, secret, events_per_second FROM ingest.source WHERE name = %s"

# Whoever changes a source waits for whoever does already, so that neither change is lost.
SOURCE_TO_CHANGE = f"{SOURCE} FOR NO KEY UPDATE"

KEYS = """
SELECT id, source, role, digest, created_at, expires_at, revoked_at FROM ingest.key ORDER BY source, created_at, id
"""

ADD_KEY = """
INSERT INTO ingest.key (id, source, role, digest, expires_at)
VALUES (%(id)s, %(source)s, %(role)s, %(digest)s, %(expires_at)s)
"""

# A key that expires sooner, or has expired, is left as it is.
EXPIRE = """
UPDATE ingest.key SET expires_at = least(expires_at, now() + %(overlap)s)
 WHERE source = %(source)s AND role = %(role)s AND revoked_at IS NULL
"""

REVOKE = "UPDATE ingest.key SET revoked_at = coalesce(revoked_at, now()) WHERE id = %s RETURNING source, role"


class KeyInfo(NamedTuple):
    """What may be shown of a key."""

    id: str
    role: Role
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def good_at(self, now: datetime) -> bool:
        """Return whether it opens the door."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Registered(NamedTuple):
    """A source as it is registered, with all keys that it ever had, the oldest first."""

    source: Source
    created_at: datetime
    changed_at: datetime
    keys: list[KeyInfo]


class Changes(TypedDict, total=False):
    """What can be changed of a source; a rate of None is the default of the door."""

    store: str
    translation: str
    plan: str
    secret: str
    events_per_second: int | None


def add(connection: Connection, name: str, **said: Unpack[Changes]) -> None:
    """Register a source, which has no key yet. Raises RegistryRefused."""
    source = checked(Source(name, **said))
    if not connection.execute(ADD, asdict(source)).rowcount:
        message = f"There is a source {name} already: 'regulars sources change' changes it."
        raise RegistryRefused(message)


def change(connection: Connection, name: str, **said: Unpack[Changes]) -> Source:
    """Change what is said of a source, and nothing else, and return it. Raises RegistryRefused."""
    with connection.transaction():
        source = checked(Source(**{**asdict(_existing(connection, name, SOURCE_TO_CHANGE)), **said}))
        connection.execute(CHANGE, asdict(source))
    return source


def source_named(connection: Connection, name: str, query: str = SOURCE) -> Source | None:
    """Return a source, or None where there is none."""
    if not storable(name):
        return None
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(query, [name]).fetchone()
    return Source(**row) if row else None


def sources(connection: Connection) -> list[Registered]:
    """Return all sources with their keys, by name."""
    held: dict[str, list[KeyInfo]] = {}
    key_rows, source_rows = _read(connection)
    for row in key_rows:
        held.setdefault(row["source"], []).append(_info(row))
    return [
        Registered(_source(row), row["created_at"], row["changed_at"], held.get(row["name"], [])) for row in source_rows
    ]


def new_key(
    connection: Connection, source: str, role: Role, expires_at: datetime | None = None, *, key: str | None = None
) -> str:
    """Give a source a key, and return it: it cannot be shown again. ``key`` is one that somebody brings along.

    Raises RegistryRefused.
    """
    with connection.transaction():
        _existing(connection, source)
        return _store(connection, source, role, expires_at, key)


def rotate(connection: Connection, source: str, role: Role, overlap: timedelta, *, key: str | None = None) -> str:
    """Give a source a new key, and have its others of that role expire after ``overlap``. Raises RegistryRefused."""
    with connection.transaction():
        _existing(connection, source)
        connection.execute(EXPIRE, {"source": source, "role": role.value, "overlap": overlap})
        return _store(connection, source, role, None, key)


def revoke(connection: Connection, key_id: str) -> tuple[str, Role]:
    """Have a key open nothing any more, and return whose it was and its role. Raises NotRegistered."""
    row = connection.execute(REVOKE, [key_id]).fetchone() if storable(key_id) else None
    if row is None:
        message = f"There is no key with the id {key_id!r}: 'regulars sources show' lists those of a source."
        raise NotRegistered(message)
    return row[0], Role(row[1])


def _store(connection: Connection, source: str, role: Role, expires_at: datetime | None, key: str | None) -> str:
    text = keys.generated() if key is None else keys.brought(key)
    known = keys.identified(text)
    arguments = {**known._asdict(), "source": source, "role": role.value, "expires_at": expires_at}
    try:
        connection.execute(ADD_KEY, arguments)
    except psycopg.errors.UniqueViolation:
        message = f"This key is registered already, under the id {known.id}; no two keys may be alike."
        raise RegistryRefused(message) from None
    return text


def _read(connection: Connection) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rows of the keys, and then of the sources: none is ever removed, so every key has its source."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(KEYS).fetchall(), cursor.execute(SOURCES).fetchall()


def _source(row: Mapping[str, Any]) -> Source:
    return Source(**{field.name: row[field.name] for field in fields(Source)})


def _info(row: Mapping[str, Any]) -> KeyInfo:
    return KeyInfo(row["id"], Role(row["role"]), row["created_at"], row["expires_at"], row["revoked_at"])


def _existing(connection: Connection, name: str, query: str = SOURCE) -> Source:
    source = source_named(connection, name, query)
    if source is None:
        raise not_registered(name)
    return source


def not_registered(name: str) -> NotRegistered:
    """Return what is said of a source that there is not."""
    return NotRegistered(f"There is no source {name!r}: 'regulars sources list' shows what there is.")


class Found(NamedTuple):
    """Whose a key is, and what it is good for."""

    source: Source
    role: Role
    key_id: str


class _Held(NamedTuple):
    """A key as it is compared; nobody's has no ``info``."""

    digest: bytes
    info: KeyInfo | None
    source: Source | None


_NOBODY = _Held(bytes(keys.DIGEST_BYTES), None, None)


class Directory:
    """The registry in memory. One thread may refresh it while others ask."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._sources: dict[str, Source] = {}
        self._held: dict[str, _Held] = {}

    def refresh(self, connection: Connection) -> None:
        """Read all of it anew; what was known before holds until that is done."""
        key_rows, source_rows = _read(connection)
        known = {row["name"]: _source(row) for row in source_rows}
        held = {row["id"]: _Held(row["digest"], _info(row), known[row["source"]]) for row in key_rows}
        self._sources, self._held = known, held

    def source(self, name: str) -> Source | None:
        """Return a source by its name."""
        return self._sources.get(name)

    def authenticate(self, key: str, now: datetime) -> Found | None:
        """Return whose key it is; None for one that is unknown, revoked or expired.

        It does the same work whether there is a key of that id or not, and however much of it is right.
        """
        known = keys.identified(key)
        held = self._held.get(known.id, _NOBODY)
        same = compare_digest(known.digest, held.digest)
        if not same or held.source is None or held.info is None or not held.info.good_at(now):
            return None
        return Found(held.source, held.info.role, held.info.id)
