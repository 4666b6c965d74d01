"""What is told of access: it is on the log soon, each look once a minute, by the clock of the house."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.errors import BadEvent
from events.log.postgres import Journal
from services.access import links, sessions, signing_in, users
from services.access.errors import SignInRefused
from services.access.roles import Role
from services.access.sessions import Came
from services.access.telling import Look, looked
from services.access.users import User
from services.house.clock import put_clock
from services.installation import Connection, Installation
from services.relay.journaling import relay_now
from tests.services.access.conftest import BY, NOW, PASSWORD

LONG_AGO = datetime(2011, 12, 9, 12, 50, tzinfo=UTC)
LOOK = Look("customer:1", "customer", "page")


@pytest.fixture
def installation(database: str) -> Iterator[Installation]:
    """Return the fresh database as an installation without Kafka."""
    with closing(Installation(database)) as installation:
        yield installation


def on_the_log(installation: Installation) -> list[dict[str, Any]]:
    """Relay, and return what the log holds."""
    assert relay_now(installation)
    journal: Journal = installation.journal()
    chunks = journal.read(dict.fromkeys(range(journal.partitions), 0), 1000)
    documents = [json.loads(value) for chunk in chunks for value in chunk.values]
    return sorted(documents, key=lambda each: (each["subject"], each["time"], each["type"]))


def test_a_look_is_on_the_log_with_who_and_at_what(installation: Installation, connection: Connection) -> None:
    """Under the customer, so that it stands beside what is known of them."""
    viewer = User("anna", Role.MANAGER, NOW).viewer

    looked(connection, viewer, LOOK._replace(as_of="2026-01-01T00:00:00Z"), NOW)

    (told,) = on_the_log(installation)
    assert (told["type"], told["subject"]) == ("regulars.access.looked.v1", "customer:1")
    assert datetime.fromisoformat(told["time"]) == NOW
    assert told["data"] == {
        "actor": "anna",
        "role": "manager",
        "what": "customer",
        "how": "page",
        "as_of": "2026-01-01T00:00:00Z",
    }


def test_a_page_that_fetches_itself_anew_is_one_look_a_minute(
    installation: Installation, connection: Connection
) -> None:
    """Anything else that differs is another look: who, at whom, at what, how, and at which past."""
    anna, bob = User("anna", Role.MANAGER, NOW).viewer, User("bob", Role.AUDITOR, NOW).viewer
    same = [NOW, NOW + timedelta(seconds=59)]
    others = [
        (anna, LOOK, NOW + timedelta(seconds=60)),
        (bob, LOOK, NOW),
        *((anna, LOOK._replace(**{name: "customer:2"}), NOW) for name in Look._fields),
    ]

    for viewer, look, at in [*((anna, LOOK, at) for at in same), *others]:
        looked(connection, viewer, look, at)

    assert len(on_the_log(installation)) == 1 + len(others)


def test_what_could_not_be_relayed_is_not_told(connection: Connection) -> None:
    """It fails where it is told: in the relay it would hold up everything after it."""
    with pytest.raises(BadEvent):
        looked(connection, User("anna", Role.MANAGER, NOW).viewer, Look("nobody", "customer", "page"), NOW)

    assert connection.execute("SELECT count(*) FROM access.said").fetchall() == [(0,)]


def test_all_that_happens_to_a_user_is_told(installation: Installation, connection: Connection) -> None:
    """By whom, by the clock of the house, and with nothing of a password."""
    put_clock(connection, LONG_AGO + (NOW - datetime.now(UTC)))
    ahead = connection.execute("SELECT ahead FROM house.clock").fetchall()[0][0]
    now = LONG_AGO - ahead
    users.add(connection, User("anna", Role.STAFF, now, stores=["leeds"]), "root")
    links.use(connection, links.make(connection, "anna", "root", now), PASSWORD, now)
    signing_in.sign_in(connection, "anna", PASSWORD, Came("password", "192.0.2.1", ""), now)
    with pytest.raises(SignInRefused):
        signing_in.sign_in(connection, "anna", "wrong", Came("password", "192.0.2.1", ""), now)
    users.change(connection, "anna", "root", now, role=Role.MANAGER)
    users.disable(connection, "anna", "root", now)

    told = on_the_log(installation)

    assert {each["subject"] for each in told} == {"user:anna"}
    assert {datetime.fromisoformat(each["time"]) for each in told} == {LONG_AGO}
    changes = {each["data"]["change"]: each["data"]["by"] for each in told if "change" in each["data"]}
    assert changes == {
        "added": "root",
        "link made": "root",
        "password set": "anna",
        "changed": "root",
        "disabled": "root",
    }
    kinds = {each["type"].split(".")[2] for each in told}
    assert kinds == {"user_changed", "signed_in", "refused"}
    assert "argon2" not in json.dumps(told)
    assert PASSWORD not in json.dumps(told)
    assert sessions.of_user(connection, "anna", now) == []


def test_the_last_admin_stays_one(connection: Connection) -> None:
    """Neither let in no more nor made something else: nobody could change users then."""
    users.add(connection, User("root", Role.ADMIN, NOW), BY)
    users.add(connection, User("other", Role.ADMIN, NOW), BY)
    users.disable(connection, "other", BY, NOW)

    for role in (Role.VIEWER, Role.AUDITOR):
        with pytest.raises(ValueError, match="the only admin"):
            users.change(connection, "root", BY, NOW, role=role)
    with pytest.raises(ValueError, match="the only admin"):
        users.disable(connection, "root", BY, NOW)


def test_a_first_admin_is_made_once_and_gets_a_link_until_somebody_can_sign_in(connection: Connection) -> None:
    """Each link is good, since it cannot be known which one somebody wrote down."""
    first, second = links.first_admin(connection, NOW), links.first_admin(connection, NOW)

    assert first is not None
    assert second is not None
    assert [each.name for each in users.users(connection)] == ["admin"]
    assert links.use(connection, first, PASSWORD, NOW).role is Role.ADMIN
    assert links.first_admin(connection, NOW) is None
    assert links.user_of(connection, second, NOW) is None
