"""``regulars users``: adding, changing and letting go of who may look; a password or a hash is never shown."""

from datetime import UTC, datetime

import pytest

from services.access import links, sessions, users
from services.access.roles import Role
from services.access.sessions import Came
from services.installation import Connection
from tests.conftest import Connect
from tests.services.cli.conftest import Regulars

PASSWORD = "tea at four, as ever"  # noqa: S105 - of nobody
CAME = Came("password", "192.0.2.1", "Firefox")


@pytest.fixture
def connection(connect: Connect) -> Connection:
    """Return a connection to the users."""
    return connect()


def test_a_user_is_added_with_a_link(regulars: Regulars, connection: Connection) -> None:
    """The link is on a line of its own, and sets the password of that user."""
    ran = regulars("users", "add", "anna", "--role", "staff", "--store", "leeds", "--shown-as", "Anna Berg")

    *lines, link = ran.out.splitlines()
    assert ran.exit_code == 0
    assert lines == [
        "anna is added as staff.",
        "This link sets the password. It is shown only now, opens once, and is good for a day:",
    ]
    address, _, token = link.strip().rpartition("/")
    assert address == "http://127.0.0.1:8080/welcome"
    user = links.use(connection, token, PASSWORD, datetime.now(UTC))
    assert (user.role, user.shown_as) == (Role.STAFF, "Anna Berg")
    listed = regulars("users", "list")
    assert "Anna Berg" in listed.out
    assert "argon2" not in listed.out + regulars("users", "list", "--json").out


def test_who_signs_in_by_the_provider_needs_no_link(regulars: Regulars, connection: Connection) -> None:
    """And has none."""
    ran = regulars("users", "add", "bob", "--role", "auditor", "--email", "bob@example.org", "--no-link", "--json")

    assert ran.document == {"user": "bob", "role": "auditor", "link": None}
    assert connection.execute("SELECT count(*) FROM access.link").fetchall() == [(0,)]


def test_what_is_changed_is_changed_and_nothing_else(regulars: Regulars, connection: Connection) -> None:
    """Who said so is told on the log."""
    regulars("users", "add", "anna", "--role", "viewer", "--email", "anna@example.org", "--no-link")

    ran = regulars("users", "change", "anna", "--role", "staff", "--store", "leeds", "--store", "web", "--by", "root")

    assert ran.out == "anna is staff of leeds, web now.\n"
    assert users.user_named(connection, "anna").email == "anna@example.org"
    said = connection.execute("SELECT convert_from(state, 'UTF8') FROM access.said ORDER BY id DESC LIMIT 1").fetchall()
    assert '"by":"root"' in said[0][0]


def test_who_is_let_go_is_out_and_can_come_back(regulars: Regulars, connection: Connection) -> None:
    """Sessions end with it; a link is made for whoever is let in again only."""
    regulars("users", "add", "anna", "--role", "manager", "--no-link")
    sessions.begin(connection, "anna", CAME, datetime.now(UTC))

    ended = regulars("users", "end-sessions", "anna", "--json")
    sessions.begin(connection, "anna", CAME, datetime.now(UTC))
    disabled = regulars("users", "disable", "anna")
    refused = regulars("users", "link", "anna")
    enabled = regulars("users", "enable", "anna")
    linked = regulars("users", "link", "anna", "--json")

    assert ended.document == {"user": "anna", "ended": 1}
    assert (disabled.out, enabled.out) == ("anna is let in no more.\n", "anna is let in again.\n")
    assert (refused.exit_code, "'regulars users enable anna' comes first" in refused.err) == (2, True)
    assert sessions.of_user(connection, "anna", datetime.now(UTC)) == []
    assert links.user_of(connection, linked.document["link"].rpartition("/")[2], datetime.now(UTC)) == "anna"


@pytest.mark.parametrize(
    ("words", "exit_code", "sentence"),
    [
        (("change", "nobody", "--role", "viewer"), 1, "There is no user 'nobody'"),
        (("disable", "nobody"), 1, "There is no user 'nobody'"),
        (("link", "nobody"), 1, "There is no user 'nobody'"),
        (("end-sessions", "nobody"), 1, "There is no user 'nobody'"),
        (("change", "root"), 2, "Say what to change"),
        (("add", "root", "--role", "viewer"), 2, "There is a user root already"),
        (("add", "Anna!", "--role", "viewer"), 2, "'Anna!' is no name"),
        (("add", "unknown", "--role", "viewer"), 2, "'unknown' is no name"),
        (("add", "anna", "--role", "staff"), 2, "name at least one store"),
        (("add", "anna", "--role", "viewer", "--email", "nobody"), 2, "is no e-mail address"),
        (("add", "anna", "--role", "viewer", "--email", "ROOT@example.org"), 2, "Another user has the e-mail address"),
        (("disable", "root"), 2, "root is the only admin"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    regulars: Regulars, words: tuple[str, ...], exit_code: int, sentence: str
) -> None:
    """And nothing is changed."""
    regulars("users", "add", "root", "--role", "admin", "--email", "root@example.org", "--no-link")

    ran = regulars("users", *words)

    assert (ran.exit_code, ran.out) == (exit_code, "")
    assert sentence in ran.err
