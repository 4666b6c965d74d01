"""Signing in with a name and a password, in three steps: count the try, check the password, and what comes of it.

They are apart since the second takes as long as a hundred pages and needs no database. What is said to whoever tried
is the same whether there is no such user, they have no password, or are let in no more; and takes as long.
"""

from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from projections._engine.registry import Connection
from services.access import passwords, sessions, telling, users, waiting
from services.access.errors import LockedOut, SignInRefused
from services.access.sessions import Came
from services.access.users import User

PASSWORD = "password"  # noqa: S105 - the word
WRONG = "The name or the password is not right."
MOST_NAME_CHARACTERS = 254
BY_EMAIL = "SELECT name FROM access.user WHERE email <> '' AND lower(email) = lower(%s)"


class Tried(NamedTuple):
    """A try that was counted: who it is for, if there is somebody, and under which name it counts."""

    user: User | None
    known_as: str
    address: str
    locks: bool

    @property
    def kept(self) -> str:
        """Return the password's hash to check against; '' where none can be right."""
        return self.user.password if self.user is not None and self.user.disabled_at is None else ""


def begun(connection: Connection, typed: str, address: str, now: datetime) -> Tried:
    """Count a try to sign in as whoever was typed: a name, or an e-mail address. Raises LockedOut."""
    user = _meant(connection, typed)
    known_as = user.name if user else typed.strip().casefold()[:MOST_NAME_CHARACTERS]
    trying = waiting.try_once(connection, known_as, address, now)
    if trying.until is not None:
        raise LockedOut(_wait(trying.until - now), trying.until)
    return Tried(user, known_as, address, trying.locks)


def refused(connection: Connection, tried: Tried, now: datetime) -> SignInRefused:
    """Tell of a try in vain, and return what to say of it; a new wait is said at once."""
    user = tried.user
    until = waiting.locked_until(connection, tried.known_as, now) if tried.locks else None
    reason = "unknown" if user is None else PASSWORD if user.disabled_at is None else "disabled"
    name = user.name if user else None
    telling.sign_in_refused(connection, name, reason, PASSWORD, tried.address, now, until)
    waiting.forget_old(connection, now)
    return LockedOut(f"{WRONG} {_wait(until - now)}", until) if until else SignInRefused(WRONG)


def let_in(connection: Connection, tried: Tried, came: Came, now: datetime) -> str | None:
    """Begin a session for whoever gave the right password, and return its token; None where they changed meanwhile."""
    if tried.user is None:
        return None
    with connection.transaction():
        user = users.to_change(connection, tried.user.name)
        if user.disabled_at is not None or user.password != tried.user.password:
            return None
        waiting.went_well(connection, tried.known_as, tried.address)
        return session_for(connection, user.name, came, now)


def session_for(connection: Connection, name: str, came: Came, now: datetime) -> str:
    """Begin a session of somebody who has shown who they are, tell of it, and return its token."""
    with connection.transaction():
        token = sessions.begin(connection, name, came, now)
        telling.user_signed_in(connection, name, came.how, came.address, now)
    return token


def sign_in(connection: Connection, typed: str, password: str, came: Came, now: datetime) -> str:
    """Do all three steps, and return the token of the session that has begun. Raises SignInRefused."""
    tried = begun(connection, typed, came.address, now)
    token = let_in(connection, tried, came, now) if passwords.matches(tried.kept, password) else None
    if token is None:
        raise refused(connection, tried, now)
    if passwords.outdated(tried.kept):
        users.rehash(connection, tried.known_as, tried.kept, passwords.hashed(password))
    return token


def _meant(connection: Connection, typed: str) -> User | None:
    said = typed.strip()[: MOST_NAME_CHARACTERS + 1]
    if "@" in said and "\0" not in said:
        row = connection.execute(BY_EMAIL, [said.encode(errors="replace").decode()]).fetchone()
        return users.find(connection, row[0]) if row else None
    return users.find(connection, said.lower())


def _wait(left: timedelta) -> str:
    seconds = max(1, ceil(left.total_seconds()))
    said = f"{seconds} s" if seconds < 120 else f"{ceil(seconds / 60)} min"  # noqa: PLR2004 - two minutes, in seconds
    return f"There were too many tries: the next one is looked at in {said}."
