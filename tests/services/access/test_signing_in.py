"""Signing in by password: who gets in, what is said to whoever does not, and who has to wait."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher

from services.access import passwords, signing_in, users, waiting
from services.access.errors import AccessRefused, LockedOut, SignInRefused
from services.access.roles import Role
from services.access.sessions import Came, signed_in
from services.access.users import User
from services.access.waiting import FREE, LONGEST, Kind
from services.installation import Connection
from tests.conftest import Connect
from tests.services.access.conftest import BY, NOW, PASSWORD, later, with_password

HERE = "192.0.2.1"
WRONG = "coffee at four, as ever"
CAME = Came("password", HERE, "Firefox")


def sign_in(connection: Connection, name: str, password: str, now: datetime = NOW, address: str = HERE) -> str:
    """Sign in, and return the session's token."""
    return signing_in.sign_in(connection, name, password, CAME._replace(address=address), now)


def quickly(connection: Connection, name: str, password: str, now: datetime = NOW, address: str = HERE) -> str:
    """Sign in by the same steps, but for the hashing: this is for what is about counting."""
    tried = signing_in.begun(connection, name, address, now)
    right = bool(tried.kept) and password == PASSWORD
    token = signing_in.let_in(connection, tried, CAME, now) if right else None
    if token is None:
        raise signing_in.refused(connection, tried, now)
    return token


def fail(connection: Connection, name: str, times: int, now: datetime = NOW, address: str = HERE) -> None:
    """Try in vain."""
    for _ in range(times):
        with pytest.raises(SignInRefused):
            quickly(connection, name, "wrong", now, address)


@pytest.mark.parametrize("typed", ["anna", " Anna ", "ANNA@example.org"])
def test_a_name_or_an_email_and_the_password_sign_in(connection: Connection, anna: User, typed: str) -> None:
    """However they are capitalised; the password has to be right to the letter."""
    token = sign_in(connection, typed, PASSWORD)

    found = signed_in(connection, token, NOW)
    assert found is not None
    assert found.viewer == anna.viewer
    with pytest.raises(SignInRefused):
        sign_in(connection, typed, PASSWORD.upper())


def test_nobody_learns_whether_there_is_such_a_user(connection: Connection, anna: User) -> None:
    """An unknown name, one without a password and one let in no more get the same sentence, in the same time."""
    users.add(connection, User("carl", Role.VIEWER, NOW), BY)
    users.disable(connection, anna.name, BY, NOW)
    with_password(connection, User("dora", Role.VIEWER, NOW))
    told, took = set(), []

    for name in ("nobody", "dora", "carl", "anna", "x\0y", "a@b\0c", "é" * 300):
        begun = time.process_time()
        with pytest.raises(SignInRefused) as refused:
            sign_in(connection, name, WRONG if name == "dora" else PASSWORD)
        told.add(str(refused.value))
        took.append(time.process_time() - begun)

    assert told == {signing_in.WRONG}
    assert min(took[1:]) > max(took[1:]) / 4, took


def test_the_wait_doubles_and_ends(connection: Connection, anna: User) -> None:
    """After some tries that are free; the right password opens nothing meanwhile; waiting is over by itself."""
    fail(connection, "anna", FREE[Kind.NAME])
    waits, now = [], NOW
    for _ in range(8):
        with pytest.raises(LockedOut) as locked:
            quickly(connection, "anna", PASSWORD, now)
        waits.append(locked.value.until - now)
        now = locked.value.until
        fail(connection, "anna", 1, now)

    assert waits[:4] == [timedelta(seconds=15 * 2**n) for n in range(4)]
    assert waits[-1] == LONGEST
    assert "tries" in str(locked.value)
    assert quickly(connection, "anna", PASSWORD, now + LONGEST)
    fail(connection, "anna", FREE[Kind.NAME] - 1, now + LONGEST)
    assert quickly(connection, "anna", PASSWORD, now + LONGEST)
    assert anna.name == "anna"


def test_many_tries_at_once_are_many(connect: Connect, anna: User) -> None:
    """Each counts before it is looked at: who asks from ten connections gets no more of them than who asks from one."""

    def attempt(_: int) -> str:
        try:
            quickly(connect(), "anna", "wrong")
        except LockedOut as locked:
            return str(locked).partition(" ")[0]
        except SignInRefused:
            return "looked at"
        return "in"

    with ThreadPoolExecutor(10) as pool:
        came_of = list(pool.map(attempt, range(20)))

    looked_at = [each for each in came_of if each in {"looked at", "The"}]
    assert len(looked_at) <= FREE[Kind.NAME]
    assert anna.name == "anna"


def test_an_address_waits_too_and_others_do_not(connection: Connection, anna: User) -> None:
    """Whoever tries many names from one address; of IPv6 the whole network is one, since it is given out so."""
    for number in range(FREE[Kind.ADDRESS]):
        fail(connection, f"nobody-{number}", 1, address=f"2001:db8::{number:x}")

    with pytest.raises(LockedOut):
        quickly(connection, "anna", PASSWORD, address="2001:db8::ffff")
    assert quickly(connection, "anna", PASSWORD, address="2001:db8:0:1::1")
    assert anna.name == "anna"


def test_signing_in_well_takes_nothing_back_but_its_own_try(connection: Connection, anna: User) -> None:
    """Who has a password of their own cannot use it to try the others' from one address without end."""
    for number in range(FREE[Kind.ADDRESS] - 1):
        fail(connection, f"nobody-{number}", 1)
        quickly(connection, "anna", PASSWORD)
    fail(connection, "nobody", 1)

    with pytest.raises(LockedOut):
        quickly(connection, "anna", PASSWORD)
    assert anna.name == "anna"


def test_what_was_in_vain_is_forgotten_after_a_day(connection: Connection, anna: User) -> None:
    """And what was typed is kept nowhere: it may have been a password in the wrong field."""
    fail(connection, "my secret password", 1)
    fail(connection, "anna", FREE[Kind.NAME])

    fail(connection, "anna", 1, later(hours=25))

    rows = connection.execute("SELECT kind, tries FROM access.attempt ORDER BY kind").fetchall()
    assert rows == [("address", 1), ("name", 1)]
    said = connection.execute("SELECT string_agg(convert_from(state, 'UTF8'), '') FROM access.said").fetchall()[0][0]
    assert "secret password" not in said
    assert '"subject":"user:unknown"' in said
    assert waiting.locked_until(connection, "anna", later(hours=25)) is None
    assert anna.name == "anna"


@pytest.mark.parametrize("password", ["short", "x" * 257, "aaaaaaaaaaaaaaaa", "Anna Berg Anna"[:9], "annabergannab"])
def test_what_is_no_password(connection: Connection, password: str) -> None:
    """Too short, too long, the same over and over, or one's own name."""
    with pytest.raises(AccessRefused):
        passwords.checked(password, "annabergannab", "")
    assert connection is not None


def test_what_was_hashed_with_less_is_hashed_anew(connection: Connection, anna: User) -> None:
    """On the next sign-in; sessions go on."""
    weak = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    connection.execute("UPDATE access.user SET password = %s", [weak])

    token = sign_in(connection, "anna", PASSWORD)

    kept = users.user_named(connection, "anna").password
    assert kept not in {weak, anna.password}
    assert passwords.matches(kept, PASSWORD)
    assert signed_in(connection, token, NOW)
