"""What holds of every page in a real Chromium: it is loaded once, and looked at on two screens, by day and by night.

The colours are all that the night changes, so only they are checked then. A picture of each page on each screen goes
into .artefacts/screenshots, or where REGULARS_ARTEFACTS says: somebody looks at those.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page as Tab

from services.dashboard.page import Page
from tests.dashboard.conftest import CHROME
from tests.dashboard.samples import ONE_A_TEMPLATE, named, path_of
from tests.dashboard.served import Dashboard
from tests.dashboard.tabs import HEIGHTS, Look, Looking, looking

AXE = Axe()
ALL_RULES: dict[str, Any] = {"resultTypes": ["violations"]}
COLOURS: dict[str, Any] = {**ALL_RULES, "runOnly": ["color-contrast", "link-in-text-block"]}
SCHEMES: tuple[tuple[Literal["dark", "light"], dict[str, Any]], ...] = (("dark", COLOURS), ("light", ALL_RULES))
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
READABLE = "document.querySelector('main').innerText.length"
SETTLED = "document.fonts.ready.then(() => true)"
SMALLEST_CHARACTERS = 100


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
    found, wide = [], {}

    for width, height in HEIGHTS.items():
        tab.set_viewport_size({"width": width, "height": height})
        for scheme, rules in SCHEMES:
            tab.emulate_media(color_scheme=scheme)
            found += [f"{width} {scheme}: {each}" for each in violations(tab, rules)]
        tab.evaluate(SETTLED)
        wide[width] = tab.evaluate(TOO_WIDE)
        tab.screenshot(path=pictures / f"{page.view.name}-{width}.png", full_page=True)

    assert not found, "\n".join(found)
    assert wide == dict.fromkeys(HEIGHTS, 0), "pixels too wide"
    reader.check()


@pytest.mark.parametrize("page", ONE_A_TEMPLATE, ids=named)
def test_every_page_can_be_read_without_javascript(page: Page, plain_reader: Looking) -> None:
    """Its content is there, and as wide as a telephone."""
    tab = plain_reader.visit(path_of(page))

    assert tab.evaluate(READABLE) > SMALLEST_CHARACTERS
    assert tab.evaluate(TOO_WIDE) == 0
    plain_reader.check()


def violations(tab: Tab, rules: dict[str, Any]) -> list[str]:
    """Return what axe finds: the rule, and the elements that break it."""
    response = AXE.run(tab, options=rules).response
    return [
        f"{each['id']} ({each['help']}): {', '.join(str(node['html'])[:160] for node in each['nodes'][:5])}"
        for each in response["violations"]
    ]
