"""Newcomers of the OpenID provider: who is added by having an account there, and under which name."""

import pytest

from services.access import newcomers, users
from services.access.errors import AccessRefused, SignInRefused
from services.access.newcomers import Account
from services.access.provider import Provider
from services.access.roles import Role
from services.access.users import User
from services.installation import Connection
from tests.services.access.conftest import BY, NOW

OPEN = Provider("https://login.example.com", "regulars", "secret", Role.VIEWER)


def came(connection: Connection, account: Account) -> User:
    """Return who an account is here."""
    return newcomers.user_of(connection, OPEN, account, "192.0.2.1", NOW)


@pytest.mark.parametrize(
    ("account", "name"),
    [
        (Account("1", called="Erik Ström"), "erik-str-m"),
        (Account("1", email="e.strom@example.org"), "e.strom"),
        (Account("1"), "user"),
        (Account("1", called="<b>/etc</b>"), "b-etc-b"),
        (Account("1", called="unknown"), "unknown-2"),
        (Account("1", called="x" * 300), "x" * 40),
    ],
)
def test_a_newcomer_gets_a_name_that_can_be_one(connection: Connection, account: Account, name: str) -> None:
    """As like the account's as can be; the role is the one for newcomers."""
    user = came(connection, account)

    assert (user.name, user.role, user.password) == (name, Role.VIEWER, "")
    assert came(connection, account) == user


def test_a_name_that_somebody_has_is_not_given_again(connection: Connection) -> None:
    """Who has the same name at the provider is not who is here."""
    users.add(connection, User("anna", Role.ADMIN, NOW), BY)

    names = [came(connection, Account(subject, called="anna")).name for subject in ("1", "2")]

    assert names == ["anna-2", "anna-3"]
    assert users.user_named(connection, "anna").oidc_subject == ""


def test_an_address_that_somebody_bound_adds_nobody(connection: Connection) -> None:
    """Nor signs in as them: a second account with the same address is turned away."""
    came(connection, Account("1", email="anna@example.org"))

    with pytest.raises(SignInRefused):
        came(connection, Account("2", email="ANNA@example.org"))

    assert len(users.users(connection)) == 1


def test_an_account_is_one_user(connection: Connection) -> None:
    """It cannot be bound to another."""
    came(connection, Account("1", called="anna"))
    users.add(connection, User("bob", Role.VIEWER, NOW), BY)

    with pytest.raises(AccessRefused, match="belongs to another user"):
        users.bind(connection, "bob", OPEN.issuer, "1", NOW)
