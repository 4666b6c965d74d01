"""Browsers in which somebody is signed in, and who watches over them; one Chromium for all tests of the dashboard."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from services.access.roles import Role
from services.access.sessions import COOKIE
from tests.browser.chromium import FLAGS, chromium
from tests.browser.tabs import Watcher
from tests.dashboard.served import Dashboard

HEIGHTS = {1440: 900, 390: 844}
"""The height of a screen that is so wide: a desk's, and a phone's."""

PATIENCE_MILLISECONDS = 40_000
"""For how long a browser is waited for: the workers of a test run keep a machine busy."""


class Chrome:
    """One Chromium, started when a browser is first asked for.

    While it is there no other event loop may run in this thread, so it is to be closed after the last test.
    """

    def __init__(self) -> None:
        """Start nothing yet."""
        self._held = ExitStack()
        self._browser: Browser | None = None

    def browser(self) -> Browser:
        """Return the browser. Raises NoChromiumError."""
        if self._browser is None:
            path = chromium()
            driver = self._held.enter_context(sync_playwright())
            expect.set_options(timeout=PATIENCE_MILLISECONDS)
            self._browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
            self._held.callback(self._browser.close)
        return self._browser

    def close(self) -> None:
        """End it; whoever asks for a browser again has it started anew."""
        self._browser = None
        self._held.close()
        self._held = ExitStack()


class Look(NamedTuple):
    """How somebody looks at the dashboard, and who: on which screen, in the dark, with or without JavaScript."""

    role: Role = Role.ADMIN
    stores: tuple[str, ...] = ()
    name: str = ""
    width: int = 1440
    dark: bool = False
    javascript: bool = True


class Looking:
    """A browser in which somebody is signed in, with one tab; ``watcher`` says what it complained of."""

    def __init__(self, context: BrowserContext, dashboard: Dashboard) -> None:
        """Watch over a browser from its first page on."""
        self.watcher = Watcher(context, dashboard.url)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        self.page: Page = context.new_page()
        self.page.on("dialog", self._asked)
        self._url = dashboard.url
        self.dialogs: list[str] = []

    def visit(self, path: str) -> Page:
        """Load a page, and return the tab."""
        self.page.goto(self._url + path)
        return self.page

    def check(self) -> None:
        """Raise AssertionError for errors on the console, violations of the policy, other hosts, and dialogs."""
        self.watcher.check()
        assert not self.dialogs, self.dialogs

    def _asked(self, dialog: object) -> None:
        self.dialogs.append(str(getattr(dialog, "message", dialog)))
        getattr(dialog, "dismiss")()  # noqa: B009 - the library's types do not say what is handed over


@contextmanager
def looking(chrome: Chrome, dashboard: Dashboard, look: Look) -> Iterator[Looking]:
    """Yield a browser of nobody else; what it complained of fails the test when the block ends."""
    context = chrome.browser().new_context(
        viewport={"width": look.width, "height": HEIGHTS.get(look.width, 900)},
        color_scheme="dark" if look.dark else "light",
        java_script_enabled=look.javascript,
        timezone_id="UTC",
        reduced_motion="reduce",
    )
    cookie = dashboard.cookie(look.role, look.stores, look.name)
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": dashboard.url, "httpOnly": True, "sameSite": "Lax"}])
    try:
        opened = Looking(context, dashboard)
        yield opened
        opened.check()
    finally:
        context.close()
