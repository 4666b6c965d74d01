"""Signing in by an OpenID provider: the whole way with a certified one in Node, and how each thing can go wrong."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from services.access import users
from services.access.provider import Provider
from services.access.roles import Role
from services.access.sessions import COOKIE
from services.access.users import User
from services.dev.ports import free_port
from services.settings import Settings
from tests.services.access.house import browser, resident
from tests.services.access.oidc_provider.running import NotRunning, back_from, running
from tests.services.ingest.clients.installing import NotInstalled
from tests.services.ingest.doors import ANSWER_SECONDS, Door, database_for, open_door

ACCOUNTS = {
    "sub-anna": {"email": "Anna@example.org", "email_verified": True, "name": "Anna Berg"},
    "sub-twin": {"email": "anna@example.org", "email_verified": True},
    "sub-liar": {"email": "root@example.org", "email_verified": False},
    "sub-dora": {"email": "dora@example.org", "email_verified": True},
    "sub-stranger": {"email": "stranger@example.org", "email_verified": True},
}
ERROR = re.compile(r'role="alert">.*?<span>(.*?)</span>', re.DOTALL)


@pytest.fixture(scope="module")
def ports() -> tuple[int, int]:
    """Return where the house is served, and where the provider runs."""
    return free_port(), free_port()


@pytest.fixture(scope="module")
def provider(ports: tuple[int, int]) -> Iterator[Provider]:
    """Return a provider that runs."""
    house, port = ports
    try:
        with running(port, f"http://127.0.0.1:{house}/sign-in/oidc/back", ACCOUNTS) as found:
            yield found.provider
    except (NotInstalled, NotRunning) as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="module")
def dsn(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[str]:
    """Return the database of the house."""
    with database_for(postgres, template, next(database_names)) as dsn:
        yield dsn


@pytest.fixture(scope="module")
def door(dsn: str, provider: Provider, ports: tuple[int, int]) -> Iterator[Door]:
    """Return the house, whose people sign in at the provider."""
    with open_door(Settings(postgres=dsn, api=("127.0.0.1", ports[0]), provider=provider), senders=1) as door:
        now = datetime.now(UTC)
        for name in ("anna", "root", "dora"):
            users.add(door.connection, User(name, Role.MANAGER, now, email=f"{name}@example.org"), "tests")
        yield door


@contextmanager
def person() -> Iterator[httpx.Client]:
    """Yield the browser of somebody, as the provider sees it."""
    with httpx.Client(timeout=ANSWER_SECONDS) as client:
        yield client


def asked_of(client: httpx.Client, after: str = "") -> str:
    """Begin a sign-in, and return where the browser is led."""
    answer = client.get("/sign-in/oidc", params={"next": after} if after else {})
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


def error_of(answer: httpx.Response) -> str:
    """Return what the page of signing in says was wrong; nobody is signed in."""
    assert answer.status_code in {403, 503}, answer.headers
    assert COOKIE not in answer.headers.get("set-cookie", "")
    found: list[str] = ERROR.findall(answer.text)
    return found[0]


def test_the_page_of_signing_in_leads_to_the_provider(door: Door, provider: Provider) -> None:
    """Beside the form for a password, and back again to where one wanted to."""
    with browser(door) as client:
        text = client.get("/sign-in?next=/me").text

    assert f"Sign in with {provider.name}" in text
    assert 'href="/sign-in/oidc?next=%2Fme"' in text


def test_a_verified_address_signs_in_and_binds_the_account(door: Door, provider: Provider) -> None:
    """From then on the account alone is who it is: another with the same address is nobody."""
    with browser(door) as client, person() as at_the_provider:
        back = back_from(at_the_provider, asked_of(client, "/me"), "sub-anna")
        answer = client.get(back)
        page = client.get("/me").text

    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert ">anna<" in page
    user = users.user_named(door.connection, "anna")
    assert (user.issuer, user.oidc_subject) == (provider.issuer, "sub-anna")
    users.change(door.connection, "anna", "tests", datetime.now(UTC), email="berg@example.org")
    with browser(door) as client, person() as at_the_provider:
        assert client.get(back_from(at_the_provider, asked_of(client), "sub-anna")).status_code == 303
    users.change(door.connection, "anna", "tests", datetime.now(UTC), email="anna@example.org")
    with browser(door) as client, person() as at_the_provider:
        assert "belongs to nobody" in error_of(client.get(back_from(at_the_provider, asked_of(client), "sub-twin")))


@pytest.mark.parametrize("account", ["sub-liar", "sub-stranger"])
def test_who_is_not_known_here_is_turned_away(door: Door, account: str) -> None:
    """Also with somebody's address that the provider has not verified; nobody is added by it."""
    with browser(door) as client, person() as at_the_provider:
        answer = client.get(back_from(at_the_provider, asked_of(client), account))

    assert "belongs to nobody here: ask an admin" in error_of(answer)
    assert users.user_named(door.connection, "root").oidc_subject == ""
    assert {each.name for each in users.users(door.connection)} == {"anna", "root", "dora"}


def test_who_is_let_in_no_more_is_not_by_the_provider_either(door: Door) -> None:
    """And learns no more than a stranger."""
    users.disable(door.connection, "dora", "tests", datetime.now(UTC))
    with browser(door) as client, person() as at_the_provider:
        answer = client.get(back_from(at_the_provider, asked_of(client), "sub-dora"))

    assert "belongs to nobody here" in error_of(answer)


def test_who_thinks_better_of_it_is_told_how_to_go_on(door: Door) -> None:
    """What the provider wrote into the address is not repeated: anybody can make such an address."""
    with browser(door) as client, person() as at_the_provider:
        back = back_from(at_the_provider, asked_of(client), None)
        answer = client.get(back.replace("error_description=", "error_description=Ring+555+"))

    assert error_of(answer).startswith("The provider let nobody in")
    assert "555" not in answer.text


def test_another_nonce_is_not_this_sign_in(door: Door) -> None:
    """As where somebody slips in an answer that was given to another."""
    with browser(door) as client, person() as at_the_provider:
        asked = re.sub(r"nonce=[^&]+", "nonce=another", asked_of(client))
        answer = client.get(back_from(at_the_provider, asked, "sub-anna"))

    assert "not one to this sign-in" in error_of(answer)


def test_another_state_or_browser_is_not_this_sign_in(door: Door) -> None:
    """An answer is good for the browser that began, which its state shows; it is no way to sign somebody else in."""
    with browser(door) as client, browser(door) as victim, person() as at_the_provider:
        back = back_from(at_the_provider, asked_of(client), "sub-anna")
        asked_of(victim)

        for who, address in ((client, re.sub(r"state=[^&]+", "state=another", back)), (victim, back)):
            assert "was not begun in this browser" in error_of(who.get(address))


def test_another_issuer_is_refused(door: Door) -> None:
    """The answer names who gave it."""
    with browser(door) as client, person() as at_the_provider:
        back = back_from(at_the_provider, asked_of(client), "sub-anna")
        assert "iss=" in back
        answer = client.get(re.sub(r"iss=[^&]+", "iss=https%3A%2F%2Fevil.example", back))

    assert "of another provider" in error_of(answer)


def test_a_code_is_good_once(door: Door) -> None:
    """Also for whoever has copied all that the browser had."""
    with browser(door) as client, browser(door) as thief, person() as at_the_provider:
        back = back_from(at_the_provider, asked_of(client), "sub-anna")
        for cookie in client.cookies.jar:
            thief.cookies.set(cookie.name, cookie.value or "", domain=cookie.domain, path=cookie.path)
        assert client.get(back).status_code == 303

        assert "was used already" in error_of(thief.get(back))
        assert "was not begun in this browser" in error_of(client.get(back))


def test_a_provider_that_calls_itself_otherwise_or_is_away_signs_nobody_in(dsn: str, provider: Provider) -> None:
    """And passwords go on."""
    renamed = replace(provider, issuer=provider.issuer.replace("127.0.0.1", "localhost"))
    away = replace(provider, issuer=f"http://127.0.0.1:{free_port()}")
    for there, sentence in ((renamed, "of another provider"), (away, "does not answer just now")):
        settings = Settings(postgres=dsn, api=("127.0.0.1", 0), provider=there)
        with open_door(settings, senders=0) as door, browser(door) as client:
            assert sentence in error_of(client.get("/sign-in/oidc"))


def test_without_a_provider_there_is_nothing_to_find(
    postgres: str, template: str, database_names: Iterator[str]
) -> None:
    """And no button that leads there."""
    with (
        database_for(postgres, template, next(database_names)) as dsn,
        open_door(Settings(postgres=dsn, api=("127.0.0.1", 0)), senders=0) as door,
        browser(door) as client,
    ):
        assert "/sign-in/oidc" not in client.get("/sign-in").text
        assert client.get("/sign-in/oidc").status_code == 404
        assert client.get("/sign-in/oidc/back?code=1&state=1").status_code == 404
        assert resident(door, "anna").name == "anna"
