"""Sessions: what the cookie opens, for how long, and who can end it."""

from datetime import datetime

import pytest

from services.access import sessions, users
from services.access.roles import Role
from services.access.sessions import ABSOLUTE, IDLE, Came, Cookies
from services.access.users import User
from services.installation import Connection
from tests.services.access.conftest import BY, NOW, later

CAME = Came("password", "192.0.2.1", "Firefox")


def begun(connection: Connection, name: str = "anna", now: datetime = NOW) -> str:
    """Return the cookie of a new session."""
    return sessions.cookies(connection).written(sessions.begin(connection, name, CAME, now))


def test_a_session_tells_who_is_signed_in(connection: Connection, anna: User) -> None:
    """By the cookie alone; the database holds nothing that could be put into one."""
    cookie = begun(connection)

    assert sessions.viewer_of_session(connection, cookie, NOW) == anna.viewer
    assert sessions.viewer_of_session(connection, cookie.partition(".")[0], NOW) is None
    held = connection.execute("SELECT digest::text FROM access.session").fetchall()
    assert cookie.partition(".")[0] not in str(held)


def test_what_was_signed_by_another_house_is_nobodys(connection: Connection, anna: User) -> None:
    """Also where the session itself is real: the signature is looked at first."""
    token = begun(connection).partition(".")[0]

    forged = Cookies(b"another house").written(token)

    assert sessions.cookies(connection).read(forged) is None
    assert sessions.viewer_of_session(connection, forged, NOW) is None
    assert anna.name == "anna"


@pytest.mark.parametrize("nonsense", ["", ".", "a.b", "\ud800.x", "x" * 5000, "é.ü"])
def test_nonsense_is_nobodys(connection: Connection, nonsense: str) -> None:
    """And no error."""
    assert sessions.viewer_of_session(connection, nonsense, NOW) is None


def test_a_session_ends_when_it_was_idle_and_at_last_in_any_case(connection: Connection, anna: User) -> None:
    """Use prolongs the one, and nothing the other."""
    idle, used = begun(connection), begun(connection)
    at = NOW
    while at + IDLE / 2 < NOW + ABSOLUTE:
        at += IDLE / 2
        assert sessions.viewer_of_session(connection, used, at) == anna.viewer

    assert sessions.viewer_of_session(connection, idle, NOW + IDLE) is None
    assert sessions.viewer_of_session(connection, used, NOW + ABSOLUTE) is None


def test_a_user_ends_their_own_sessions_alone(connection: Connection, anna: User) -> None:
    """One by one, or all but the one they sit at."""
    users.add(connection, User("bob", Role.VIEWER, NOW), BY)
    here, there, bobs = begun(connection), begun(connection), begun(connection, "bob")
    numbers = {each.id for each in sessions.of_user(connection, "anna", NOW)}
    bob_number = sessions.of_user(connection, "bob", NOW)[0].id

    assert not sessions.end(connection, "anna", bob_number, NOW)
    assert sessions.end_all(connection, "anna", later(minutes=1), besides=min(numbers)) == 1

    assert sessions.viewer_of_session(connection, here, later(minutes=1)) == anna.viewer
    assert sessions.viewer_of_session(connection, there, later(minutes=1)) is None
    assert sessions.viewer_of_session(connection, bobs, NOW) is not None


def test_who_is_let_in_no_more_is_out_at_once(connection: Connection, anna: User) -> None:
    """Whatever sessions there were; and a change of role holds from the next look on."""
    cookie = begun(connection)

    users.change(connection, "anna", BY, NOW, role=Role.STAFF, stores=["leeds"])
    viewer = sessions.viewer_of_session(connection, cookie, NOW)
    users.disable(connection, "anna", BY, NOW)
    begun_meanwhile = begun(connection)

    assert viewer is not None
    assert sessions.viewer_of_session(connection, begun_meanwhile, NOW) is None
    assert viewer.role is Role.STAFF
    assert viewer.stores == {"leeds"}
    assert sessions.viewer_of_session(connection, cookie, NOW) is None
    users.enable(connection, "anna", BY, NOW)
    assert sessions.viewer_of_session(connection, cookie, NOW) is None
    assert anna.name == "anna"
