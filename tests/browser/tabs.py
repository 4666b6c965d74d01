"""A tab of a browser on a shop's pages, and who watches over it."""

import json
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError

from tests.browser.servers import Api, Shop

SECONDS = 20.0
NOT_LOADED = "Failed to load resource"
VIOLATIONS = """
    addEventListener("securitypolicyviolation", ({violatedDirective, blockedURI}) =>
        console.error("policy violated:", violatedDirective, blockedURI))
"""
STORED = "Object.keys(localStorage).filter(key => key.startsWith('rgl.')).sort().map(key => localStorage[key])"


class Watcher:
    """What a browser complains of, and whom it asks besides the hosts that it may. A test fails on all of it."""

    def __init__(self, context: BrowserContext, *hosts: str) -> None:
        """Watch a browser from now on."""
        self._hosts: tuple[str, ...] = (*hosts, "data:")
        self._errors: list[str] = []
        self._warnings: list[str] = []
        context.add_init_script(VIOLATIONS)  # one that a script catches is not on the console by itself
        context.on("console", self._said)
        context.on("weberror", self._failed)
        context.on("request", self._requested)

    def allow(self, origin: str) -> None:
        """Let the browser ask another host, too."""
        self._hosts = (*self._hosts, origin)

    def warnings(self) -> list[str]:
        """Return the warnings so far; they were expected."""
        said, self._warnings = self._warnings, []
        return said

    def complaints(self) -> list[str]:
        """Return what was not expected."""
        return [*self._errors, *self._warnings]

    def check(self) -> None:
        """Raise AssertionError for what was not expected; it is told once."""
        complaints = self.complaints()
        self._errors, self._warnings = [], []
        assert not complaints, "\n".join(complaints)

    def expects(self, message: ConsoleMessage) -> bool:
        """Return whether what stands on the console was to come."""
        del message
        return False

    def _said(self, message: ConsoleMessage) -> None:
        if self.expects(message):
            return
        if message.type == "warning":
            self._warnings.append(message.text)
        elif message.type in {"error", "assert"}:
            self._errors.append(f"{message.text} ({message.location['url']})")

    def _failed(self, error: WebError) -> None:
        self._errors.append(str(error.error))

    def _requested(self, request: Request) -> None:
        if not request.url.startswith(self._hosts):
            self._errors.append(f"requested {request.url}")


class Watch(Watcher):
    """Watches a browser on a shop's pages: it reports each refusal of the API as an error, and no other is to come."""

    def __init__(self, context: BrowserContext, api: Api, shop: Shop) -> None:
        """Watch a browser from now on."""
        super().__init__(context, api.origin, shop.origin)
        self._api = api
        self._not_loaded = 0

    def complaints(self) -> list[str]:
        """Return what was not expected."""
        asked_first = ["asked for permission first"] * self._api.preflights
        return [*super().complaints(), *asked_first, *["could not send"] * (self._not_loaded - self._api.refusals)]

    def expects(self, message: ConsoleMessage) -> bool:
        """Count what could not be sent."""
        not_sent = message.text.startswith(NOT_LOADED) and message.location["url"] == f"{self._api.origin}/v1/batch"
        self._not_loaded += not_sent
        return not_sent


class Tab:
    """One tab. Its clock stands still unless a test moves it, so nothing is sent before the test says so."""

    def __init__(self, page: Page, shop: Shop) -> None:
        """Take over a page."""
        self.page = page
        self._shop = shop

    def visit(self, path: str = "/", referrer: str | None = None) -> None:
        """Load a page of the shop, and what it embeds."""
        self.page.goto(self._shop.origin + path, referer=referrer)

    def leave(self) -> None:
        """Go where no script of ours is."""
        self.page.goto("about:blank")

    def hide(self) -> None:
        """Do as a browser does when another tab is shown: one without a window cannot."""
        hidden = "Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})"
        self.page.evaluate(f"{hidden}; document.dispatchEvent(new Event('visibilitychange', {{bubbles: true}}))")

    def run(self, script: str) -> Any:  # noqa: ANN401 - what JavaScript returns
        """Run a line of JavaScript, as the shop's own scripts would."""
        return self.page.evaluate(script)

    def wait(self, seconds: float) -> None:
        """Let time pass, in all tabs."""
        self.page.clock.run_for(round(seconds * 1000))

    def wait_until(self, question: Callable[[], object], wanted: object) -> None:
        """Let time pass, a second at a time, until the answer is the wanted one."""

        def later() -> object:
            self.wait(1)
            return question()

        eventually(later, wanted)

    def stored(self) -> list[dict[str, Any]]:
        """Return the messages that wait in the browser, the oldest first."""
        return [json.loads(text) for text in self.page.evaluate(STORED)]

    def settings(self) -> set[str]:
        """Return the names of all else that we keep in the browser."""
        return {name for name in self.page.evaluate("Object.keys(localStorage)") if not name.startswith("rgl.")}


def eventually(question: Callable[[], object], wanted: object) -> None:
    """Ask until the answer is the wanted one. Raises AssertionError with the last where it never is."""
    until = monotonic() + SECONDS
    while (answer := question()) != wanted and monotonic() < until:
        sleep(0.01)
    assert answer == wanted, f"{answer!r}, and not {wanted!r}"
