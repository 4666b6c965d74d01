"""A tab on the guide, and who watches over it. It is used again and again: a new one costs a second of a core."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from tests.browser.chromium import NoChromiumError
from tests.browser.tabs import Watcher
from tests.dashboard.conftest import CHROME
from tests.dashboard.look.guide import Guide
from tests.dashboard.tabs import HEIGHTS, PATIENCE_MILLISECONDS

AWAY = ("Failed to load resource", "htmx: htmx:sse:error", "htmx: htmx:response:error")
"""What stands on the console while a server is away: the browser and htmx say so, as they should."""


class Patient(Watcher):
    """Watches a tab whose server may be away."""

    away = False

    def expects(self, message: ConsoleMessage) -> bool:
        """Return whether that is said because the server is away."""
        return self.away and message.text.startswith(AWAY)


class Tabs:
    """One tab with scripts, and a new one without for who asks for that."""

    def __init__(self, guide: Guide) -> None:
        """Open nothing yet."""
        self._guide = guide
        self._held: tuple[Page, Patient] | None = None

    @contextmanager
    def on(self, path: str = "", width: int = 1440, *, away: bool = False) -> Iterator[Page]:
        """Yield the tab on a page; what its browser complains of fails the test."""
        if self._held is None:
            context = _context()
            self._held = (context.new_page(), Patient(context, self._guide.url))
        tab, watcher = self._held
        watcher.away = away
        self._guide.mend()
        tab.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        tab.emulate_media(color_scheme="light", reduced_motion="reduce")
        if path:
            tab.goto(self._guide.url + path)
        try:
            yield tab
            watcher.check()
        finally:
            tab.goto("about:blank")

    @contextmanager
    def without_scripts(self, path: str, width: int) -> Iterator[Page]:
        """Yield another tab on a page, whose browser runs none."""
        context = _context(javascript=False)
        watcher = Watcher(context, self._guide.url)
        try:
            tab = context.new_page()
            tab.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            tab.goto(self._guide.url + path)
            yield tab
            watcher.check()
        finally:
            context.close()

    def close(self) -> None:
        """Close the tab, and forget what its browser kept."""
        if self._held is not None:
            self._held[0].context.close()


def _context(*, javascript: bool = True) -> BrowserContext:
    try:
        context = CHROME.browser().new_context(java_script_enabled=javascript)
    except NoChromiumError as error:
        pytest.fail(str(error), pytrace=False)
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    return context
