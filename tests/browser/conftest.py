"""What tests in a browser ask for: Chromium, a shop, an API, and tabs that somebody watches over."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

from tests.browser.chromium import FLAGS, NoChromiumError, chromium
from tests.browser.servers import Api, Shop, recording_api, shop_pages
from tests.browser.tabs import Tab, Watch

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ELSEWHERE = "--host-resolver-rules=MAP shop.test 127.0.0.1"
"""A host that is no loopback address to the browser: over plain HTTP, what it shows is no secure context."""

OpenTab = Callable[[], Tab]


@pytest.fixture(scope="session")
def executable() -> str:
    """Return the path of Chromium; the first test of a machine may install it."""
    try:
        return chromium()
    except NoChromiumError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    """Return what drives browsers. It ends with the module: while it is there, no other event loop may run."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def browser(executable: str, driver: Playwright) -> Iterator[Browser]:
    """Return a browser."""
    browser = driver.chromium.launch(executable_path=executable, args=[*FLAGS, ELSEWHERE])
    yield browser
    browser.close()


@pytest.fixture
def api() -> Iterator[Api]:
    """Return an API that notes what it is sent."""
    with recording_api() as api:
        yield api


@pytest.fixture
def shop(api: Api) -> Iterator[Shop]:
    """Return a shop whose pages embed the API's script."""
    with shop_pages(api.origin) as shop:
        yield shop


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return a browser that nobody has used before, at noon."""
    context = browser.new_context()
    stop_the_clock(context)
    yield context
    context.close()


@pytest.fixture
def watch(context: BrowserContext, api: Api, shop: Shop) -> Iterator[Watch]:
    """Return who watches over the browser, and fails the test for what it did not expect."""
    watch = Watch(context, api, shop)
    yield watch
    watch.check()


@pytest.fixture
def open_tab(context: BrowserContext, shop: Shop, watch: Watch) -> OpenTab:
    """Return a function that opens a tab."""
    assert watch
    return lambda: Tab(context.new_page(), shop)


@pytest.fixture
def tab(open_tab: OpenTab) -> Tab:
    """Return a tab that shows nothing yet."""
    return open_tab()


def stop_the_clock(context: BrowserContext, at: datetime = NOON) -> None:
    """Let it be noon, or another time, until a test lets time pass."""
    context.clock.install(time=at - timedelta(seconds=1))
    context.clock.pause_at(at)
