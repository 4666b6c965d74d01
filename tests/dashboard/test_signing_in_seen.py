"""Signing in and one's own page in a real Chromium: by keyboard, without JavaScript, on two screens, day and night."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

from services.access import links, sessions
from services.access.roles import Role
from services.access.sessions import Came
from services.access.users import User
from tests.dashboard.conftest import CHROME
from tests.dashboard.served import Dashboard
from tests.dashboard.tabs import HEIGHTS, Look, Looking, looking
from tests.services.access.conftest import PASSWORD, with_password

NAME = "keyboard"

AXE = Axe()
SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def token(dashboard: Dashboard) -> str:
    """Return a one-time link of somebody who has a password already, which it does not touch until it is used."""
    now = datetime.now(UTC)
    with_password(dashboard.connection, User(NAME, Role.MANAGER, now, shown_as="Kay Board"))
    return links.make(dashboard.connection, NAME, "tests", now)


@pytest.fixture
def outsider(dashboard: Dashboard) -> Iterator[Looking]:
    """Return a browser in which nobody is signed in."""
    with looking(CHROME, dashboard, Look()) as looked:
        looked.page.context.clear_cookies()
        yield looked


def faults(tab: Page) -> list[str]:
    """Return what axe finds on two screens, by day and by night, and by how many pixels the page is too wide."""
    found = []
    for width, height in HEIGHTS.items():
        tab.set_viewport_size({"width": width, "height": height})
        if too_wide := tab.evaluate(TOO_WIDE):
            found.append(f"{width}: {too_wide} pixels too wide")
        for scheme in SCHEMES:
            tab.emulate_media(color_scheme=scheme)
            violated = AXE.run(tab, options={"resultTypes": ["violations"]}).response["violations"]
            found += [f"{width} {scheme}: {each['id']}: {each['nodes'][0]['html']}" for each in violated]
    return found


def test_everybody_can_use_the_pages_of_signing_in(outsider: Looking, token: str) -> None:
    """The one that asks for a password, and the one that sets it."""
    found = [fault for path in ("/sign-in?next=/me", f"/welcome/{token}") for fault in faults(outsider.visit(path))]

    assert not found, "\n".join(found)


def test_everybody_can_use_their_own_page(dashboard: Dashboard, token: str) -> None:
    """Also where a second session stands in it, with the button that ends it."""
    del token  # whose user it is
    sessions.begin(dashboard.connection, NAME, Came("password", "2001:db8::1", "<b>Tab</b>"), datetime.now(UTC))
    with looking(CHROME, dashboard, Look(name=NAME)) as looked:
        found = faults(looked.visit("/me"))

    assert not found, "\n".join(found)


def test_one_signs_in_and_out_by_keyboard_without_javascript(dashboard: Dashboard, token: str) -> None:
    """The name has the focus; what follows is Tab and Enter; and one is where one wanted to be."""
    del token  # whose user it is
    with looking(CHROME, dashboard, Look(width=390, javascript=False)) as looked:
        looked.page.context.clear_cookies()
        tab = looked.visit("/me")
        for key in (NAME, "Tab", PASSWORD, "Enter"):
            if key in {"Tab", "Enter"}:
                tab.keyboard.press(key)
            else:
                tab.keyboard.type(key)
        tab.wait_for_url("**/me")
        assert tab.locator("h1").inner_text() == "Kay Board"

        tab.locator("summary", has_text="More").press("Enter")
        tab.get_by_role("button", name="Sign out").last.press("Enter")
        tab.wait_for_url("**/sign-in?signed_out")

        assert "You are signed out." in tab.locator("main").inner_text()
