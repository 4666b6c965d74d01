"""What holds of every page in a real Chromium: it is loaded once, and looked at on two screens, by day and by night.

Pages that one template shows are alike, so axe looks at one of them; of a long list it looks at the first rows. Every
other page it looks at on the desk by day, and at its colours on the telephone by night; the rest on the telephone by
day, and at their colours on the desk by night. With REGULARS_ALL_LOOKS it looks at each in all four ways. A picture of
each page on each screen goes into .artefacts/screenshots, or where REGULARS_ARTEFACTS says: somebody looks at those.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import FloatRect
from playwright.sync_api import Page as Tab

from services.dashboard.page import Page
from services.dashboard.registered import PAGES
from tests.dashboard.conftest import CHROME
from tests.dashboard.samples import ONE_A_TEMPLATE, named, path_of
from tests.dashboard.served import Dashboard
from tests.dashboard.tabs import HEIGHTS, Look, Looking, looking

AXE = Axe()
ALL_RULES: dict[str, Any] = {"resultTypes": ["violations"]}
COLOURS: dict[str, Any] = {**ALL_RULES, "runOnly": ["color-contrast", "link-in-text-block"]}
LOOKS: tuple[dict[tuple[int, str], dict[str, Any]], ...] = (
    {(1440, "light"): ALL_RULES, (390, "dark"): COLOURS},
    {(390, "light"): ALL_RULES, (1440, "dark"): COLOURS},
)
ALL_LOOKS = {(width, scheme): ALL_RULES for width in HEIGHTS for scheme in ("light", "dark")}
SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")
FIRST_ROWS = {"exclude": [["main tbody tr:nth-child(n+4)"], ["main li:nth-child(n+7)"]]}
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
READABLE = "document.querySelector('main').innerText.length"
SETTLED = "document.fonts.ready.then(() => document.documentElement.scrollHeight)"
MOST_HEIGHT = 2_400
"""How far down a picture goes; a long list is cut off."""

SMALLEST_CHARACTERS = 100

ALIKE = tuple(page for page in PAGES if page not in ONE_A_TEMPLATE)


@pytest.fixture(scope="module")
def reader(dashboard: Dashboard) -> Iterator[Looking]:
    """Return a browser of an admin, which all pages are shown in, one after the other."""
    with looking(CHROME, dashboard, Look()) as looked:
        yield looked


@pytest.fixture(scope="module")
def plain_reader(dashboard: Dashboard) -> Iterator[Looking]:
    """Return a telephone without JavaScript."""
    with looking(CHROME, dashboard, Look(width=390, javascript=False)) as looked:
        yield looked


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Return the folder of the pictures."""
    folder = Path(os.environ.get("REGULARS_ARTEFACTS") or ".artefacts") / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize("page", ONE_A_TEMPLATE, ids=named)
def test_everybody_can_use_every_page(page: Page, reader: Looking, pictures: Path) -> None:
    """Axe finds nothing, on either screen, by day and by night; on a telephone nothing has to be moved sideways."""
    tab = reader.visit(path_of(page))
    some = LOOKS[ONE_A_TEMPLATE.index(page) % len(LOOKS)]
    looks = ALL_LOOKS if os.environ.get("REGULARS_ALL_LOOKS") else some
    found, wide = [], {}

    for width in HEIGHTS:
        for scheme in SCHEMES:
            shown_at(tab, width, scheme)
            found += [f"{width} {scheme}: {each}" for each in violations(tab, looks.get((width, scheme)))]
        wide[width] = pictured(tab, pictures / f"{page.view.name}-{width}.png")

    assert not found, "\n".join(found)
    assert wide == dict.fromkeys(HEIGHTS, 0), "pixels too wide"
    reader.check()


@pytest.mark.parametrize("page", ALIKE, ids=named)
def test_pages_that_are_alike_fit_on_every_screen(page: Page, reader: Looking, pictures: Path) -> None:
    """What one template shows of many things is as wide as the screen with each of them."""
    tab = reader.visit(path_of(page))
    wide = {}

    for width in HEIGHTS:
        shown_at(tab, width, "light")
        wide[width] = pictured(tab, pictures / f"{page.view.name}-{width}.png")

    assert wide == dict.fromkeys(HEIGHTS, 0), "pixels too wide"
    reader.check()


@pytest.mark.parametrize("page", ONE_A_TEMPLATE, ids=named)
def test_every_page_can_be_read_without_javascript(page: Page, plain_reader: Looking) -> None:
    """Its content is there, and as wide as a telephone."""
    tab = plain_reader.visit(path_of(page))

    assert tab.evaluate(READABLE) > SMALLEST_CHARACTERS
    assert tab.evaluate(TOO_WIDE) == 0
    plain_reader.check()


def shown_at(tab: Tab, width: int, scheme: Literal["light", "dark"]) -> None:
    """Show what is shown already on another screen, and by day or by night."""
    tab.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    tab.emulate_media(color_scheme=scheme)


def pictured(tab: Tab, path: Path) -> int:
    """Take a picture of a page from its top, and return how many pixels it is wider than the screen."""
    height, width = tab.evaluate(SETTLED), int(path.stem.rpartition("-")[2])
    clip = FloatRect(x=0, y=0, width=width, height=min(height, MOST_HEIGHT))
    tab.screenshot(path=path, full_page=True, clip=clip)
    too_wide: int = tab.evaluate(TOO_WIDE)
    return too_wide


def violations(tab: Tab, rules: dict[str, Any] | None) -> list[str]:
    """Return what axe finds: the rule, and the elements that break it; nothing where it is not to look."""
    if rules is None:
        return []
    response = AXE.run(tab, context=FIRST_ROWS, options=rules).response
    return [
        f"{each['id']} ({each['help']}): {', '.join(str(node['html'])[:160] for node in each['nodes'][:5])}"
        for each in response["violations"]
    ]
