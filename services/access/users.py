"""Users: who there is, what they may, and how they sign in. Each change is told on the log, with who made it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypedDict, Unpack

from psycopg import errors
from psycopg.rows import dict_row

from projections._engine.registry import Connection
from services.access import sessions, telling
from services.access.errors import AccessRefused, NoSuchUser
from services.access.roles import Role
from services.access.viewer import Viewer

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,250}")
STORE = re.compile(r"\S.{0,126}\S|\S")
RESERVED = frozenset({telling.UNKNOWN})
MOST_SHOWN_CHARACTERS = 100

COLUMNS = "name, shown_as, email, role, stores, password, issuer, oidc_subject, created_at, disabled_at"

USERS = f"SELECT {COLUMNS} FROM access.user ORDER BY name"  # noqa: S608 - the columns stand above

USER = f"SELECT {COLUMNS} FROM access.user WHERE name = %s"  # noqa: S608 - as above

USER_TO_CHANGE = f"{USER} FOR NO KEY UPDATE"

ADD = """
INSERT INTO access.user (name, shown_as, email, role, stores, password, issuer, oidc_subject, created_at, disabled_at)
VALUES (%(name)s, %(shown_as)s, %(email)s, %(role)s, %(stores)s, %(password)s, %(issuer)s, %(oidc_subject)s,
        %(created_at)s, %(disabled_at)s)
ON CONFLICT (name) DO NOTHING
"""

CHANGE = """
UPDATE access.user
   SET shown_as = %(shown_as)s, email = %(email)s, role = %(role)s, stores = %(stores)s, password = %(password)s,
       issuer = %(issuer)s, oidc_subject = %(oidc_subject)s, disabled_at = %(disabled_at)s
 WHERE name = %(name)s
"""

# Whether somebody else could put things right, were this one not there.
OTHER_ADMIN = "SELECT EXISTS (SELECT FROM access.user WHERE role = 'admin' AND disabled_at IS NULL AND name <> %s)"

VOID_LINKS = "UPDATE access.link SET used_at = %(now)s WHERE user_name = %(name)s AND used_at IS NULL"


@dataclass(frozen=True)
class User:
    """Somebody of the house, as kept. What is kept of the password is not shown in a ``repr``."""

    name: str
    role: Role
    created_at: datetime
    shown_as: str = ""
    email: str = ""
    stores: Sequence[str] = ()
    password: str = field(default="", repr=False)
    issuer: str = ""
    oidc_subject: str = ""
    disabled_at: datetime | None = None

    @property
    def viewer(self) -> Viewer:
        """Return who looks, when this one does."""
        return Viewer(self.name, self.role, frozenset(self.stores), self.shown_as)


class Changes(TypedDict, total=False):
    """What can be changed of a user by somebody else."""

    shown_as: str
    email: str
    role: Role
    stores: Sequence[str]


def users(connection: Connection) -> list[User]:
    """Return everybody there is, by name."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return [_user(row) for row in cursor.execute(USERS).fetchall()]


def find(connection: Connection, name: str) -> User | None:
    """Return a user, or None where there is none."""
    if NAME.fullmatch(name) is None:
        return None
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(USER, [name]).fetchone()
    return _user(row) if row else None


def user_named(connection: Connection, name: str) -> User:
    """Return a user. Raises NoSuchUser."""
    found = find(connection, name)
    if found is None:
        raise no_such_user(name)
    return found


def add(connection: Connection, user: User, by: str) -> None:
    """Add a user. Raises AccessRefused."""
    said = _checked(user)
    with connection.transaction():
        try:
            added = connection.execute(ADD, _columns(said)).rowcount
        except errors.UniqueViolation as error:
            raise _taken(user) from error
        if not added:
            message = f"There is a user {user.name} already: 'regulars users change' changes it."
            raise AccessRefused(message)
        telling.user_changed(connection, said.name, "added", by, user.created_at, role=said.role, stores=said.stores)


def change(connection: Connection, name: str, by: str, now: datetime, **said: Unpack[Changes]) -> User:
    """Change what is said of a user, and nothing else; it holds from their next request on. Raises AccessRefused."""
    with connection.transaction():
        before = to_change(connection, name)
        after = _checked(replace(before, **said))
        if before.role is Role.ADMIN and after.role is not Role.ADMIN:
            _keep_an_admin(connection, before)
        _write(connection, after)
        telling.user_changed(connection, name, "changed", by, now, role=after.role, stores=after.stores)
    return after


def disable(connection: Connection, name: str, by: str, now: datetime) -> None:
    """Let somebody in no more: their sessions end, their links open nothing. Raises AccessRefused."""
    with connection.transaction():
        before = to_change(connection, name)
        if before.disabled_at is not None:
            return
        _keep_an_admin(connection, before)
        _write(connection, replace(before, disabled_at=now))
        connection.execute(VOID_LINKS, {"name": name, "now": now})
        sessions.end_all(connection, name, now)
        telling.user_changed(connection, name, "disabled", by, now)


def enable(connection: Connection, name: str, by: str, now: datetime) -> None:
    """Let somebody in again, with the password they had. Raises NoSuchUser."""
    with connection.transaction():
        before = to_change(connection, name)
        if before.disabled_at is None:
            return
        _write(connection, replace(before, disabled_at=None))
        telling.user_changed(connection, name, "enabled", by, now)


def set_password(connection: Connection, name: str, kept: str, by: str, now: datetime) -> None:
    """Keep the hash of a new password; every session of theirs ends, and every link that was made for them."""
    with connection.transaction():
        _write(connection, replace(to_change(connection, name), password=kept))
        connection.execute(VOID_LINKS, {"name": name, "now": now})
        sessions.end_all(connection, name, now)
        telling.user_changed(connection, name, "password set", by, now)


def rehash(connection: Connection, name: str, before: str, kept: str) -> None:
    """Keep the same password with today's parameters, unless it was changed meanwhile."""
    with connection.transaction():
        user = to_change(connection, name)
        if user.password == before:
            _write(connection, replace(user, password=kept))


def bind(connection: Connection, name: str, issuer: str, subject: str, now: datetime) -> None:
    """Remember who a user is at the OpenID provider. Raises AccessRefused where that is somebody else here."""
    with connection.transaction():
        try:
            _write(connection, replace(to_change(connection, name), issuer=issuer, oidc_subject=subject))
        except errors.UniqueViolation as error:
            message = "This account of the provider belongs to another user here."
            raise AccessRefused(message) from error
        telling.user_changed(connection, name, "provider bound", name, now)


def to_change(connection: Connection, name: str) -> User:
    """Return a user whom nobody else changes until the transaction is over. Raises NoSuchUser."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(USER_TO_CHANGE, [name]).fetchone() if NAME.fullmatch(name) else None
    if row is None:
        raise no_such_user(name)
    return _user(row)


def no_such_user(name: str) -> NoSuchUser:
    """Return what to say of a user that there is not."""
    return NoSuchUser(f"There is no user {name[:64]!r}: 'regulars users list' shows who there is.")


def _write(connection: Connection, user: User) -> None:
    try:
        connection.execute(CHANGE, _columns(user))
    except errors.UniqueViolation as error:
        if "user_email" in str(error):
            raise _taken(user) from error
        raise


def _keep_an_admin(connection: Connection, user: User) -> None:
    """Refuse to lock everybody out. Two that begin at once wait for each other."""
    if user.role is not Role.ADMIN or user.disabled_at is not None:
        return
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.access.admins'))")
    if connection.execute(OTHER_ADMIN, [user.name]).fetchone() == (False,):
        message = f"{user.name} is the only admin: make somebody else one first, or nobody could change users."
        raise AccessRefused(message)


def _checked(user: User) -> User:
    """Return a user as it is kept. Raises AccessRefused."""
    if NAME.fullmatch(user.name) is None or user.name in RESERVED:
        message = f"{user.name!r} is no name: write small letters, digits, dots, hyphens and underscores, 63 at most."
        raise AccessRefused(message)
    shown_as = " ".join(user.shown_as.split()) or user.name
    if len(shown_as) > MOST_SHOWN_CHARACTERS or not shown_as.isprintable():
        message = f"What a user is shown as has {MOST_SHOWN_CHARACTERS} printable characters at most."
        raise AccessRefused(message)
    if user.email and (EMAIL.fullmatch(user.email) is None or not user.email.isprintable()):
        message = f"{user.email!r} is no e-mail address: write one such as anna@example.com."
        raise AccessRefused(message)
    for store in user.stores:
        if STORE.fullmatch(store) is None or not store.isprintable():
            message = f"{store!r} is no store: write its name as events say it."
            raise AccessRefused(message)
    stores = list(dict.fromkeys(user.stores))
    if user.role is Role.STAFF and not stores:
        message = f"{user.name} is staff, and sees the customers of their stores: name at least one store."
        raise AccessRefused(message)
    return replace(user, shown_as=shown_as, stores=stores)


def _columns(user: User) -> dict[str, object]:
    return {**vars(user), "stores": list(user.stores)}


def _user(row: dict[str, object]) -> User:
    return User(**{**row, "role": Role(str(row["role"]))})  # type: ignore[arg-type]


def _taken(user: User) -> AccessRefused:
    return AccessRefused(f"Another user has the e-mail address {user.email} already: each user needs their own.")
