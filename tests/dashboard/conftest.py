"""What tests of the dashboard ask for: a little shop, an empty one, clients and browsers of somebody who looks.

All tests of this folder run in one worker (see TOGETHER), and share the shop, the server and Chromium.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from services.access.roles import Role
from services.installation import open_installation
from services.settings import Settings
from tests.browser.chromium import NoChromiumError
from tests.dashboard.served import Dashboard, served
from tests.dashboard.shop import fill
from tests.dashboard.tabs import Chrome, Look, Looking, looking
from tests.services.ingest.doors import database_for

Browsing = Callable[..., httpx.Client]
OpenTab = Callable[..., Looking]

HERE = "tests/dashboard/"
CHROME = Chrome()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Generator[None, Any, Any]:
    """End Chromium after the last test of this folder: other tests have event loops of their own."""
    answer = yield
    if nextitem is None or not nextitem.nodeid.startswith(HERE):
        CHROME.close()
    return answer


@pytest.fixture(scope="session")
def shop(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[str]:
    """Return the DSN of the little shop, in which everything is filled; see ``tests.dashboard.shop``."""
    with database_for(postgres, template, next(database_names)) as dsn:
        with open_installation(Settings(postgres=dsn)) as installation:
            fill(installation)
        yield dsn


@pytest.fixture(scope="session")
def empty_shop(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[str]:
    """Return the DSN of a shop in which nothing has happened."""
    with database_for(postgres, template, next(database_names)) as dsn:
        with open_installation(Settings(postgres=dsn)):
            pass
        yield dsn


@pytest.fixture(scope="session")
def dashboard(shop: str) -> Iterator[Dashboard]:
    """Return the served dashboard of the little shop."""
    with served(shop) as dashboard:
        yield dashboard


@pytest.fixture(scope="session")
def empty_dashboard(empty_shop: str) -> Iterator[Dashboard]:
    """Return the served dashboard of the shop in which nothing has happened."""
    with served(empty_shop) as dashboard:
        dashboard.catch_up()
        yield dashboard


@pytest.fixture(scope="session")
def browsing(dashboard: Dashboard) -> Iterator[Browsing]:
    """Return a function: ``browsing(role, *stores, name="")`` is a client of somebody, of an admin by itself.

    The name is by itself made of the role and the stores; two that ask for the same get the same client.
    """
    with ExitStack() as held:
        known: dict[tuple[str, ...], httpx.Client] = {}

        def client(role: Role = Role.ADMIN, *stores: str, name: str = "") -> httpx.Client:
            who = (role, *stores, name)
            if who not in known:
                known[who] = held.enter_context(dashboard.client(role, stores, name))
            return known[who]

        yield client


@pytest.fixture
def tab(dashboard: Dashboard) -> Iterator[OpenTab]:
    """Return a function: ``tab(role, *stores, name="", width=390, dark=True, javascript=False)`` is a browser.

    The test fails for errors on the console, violations of the policy, requests to other hosts, and dialogs.
    """
    with ExitStack() as held:

        def opened(role: Role = Role.ADMIN, *stores: str, **look: Any) -> Looking:  # noqa: ANN401 - see Look
            try:
                return held.enter_context(looking(CHROME, dashboard, Look(role, stores, **look)))
            except NoChromiumError as error:
                pytest.fail(str(error), pytrace=False)

        yield opened
