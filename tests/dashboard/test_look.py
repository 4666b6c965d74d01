"""Every piece of a page in a real Chromium: usable by everybody, on a desk and a telephone, by day and by night."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

from tests.dashboard.look.guide import XSS, Guide, serving
from tests.dashboard.look.tabs import Tabs

AXE = Axe()
ALL_RULES: dict[str, Any] = {"resultTypes": ["violations"]}
COLOURS: dict[str, Any] = {**ALL_RULES, "runOnly": ["color-contrast", "link-in-text-block"]}
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """[...document.querySelectorAll('a, button, input, select, summary, textarea')].filter(each => {
    const {width, height} = each.getBoundingClientRect();
    const inSentence = getComputedStyle(each).display === 'inline' || each.closest('label, .sr-only, .skip-link');
    return !inSentence && each.checkVisibility() && (width < 24 || height < 24);
}).map(each => each.outerHTML.slice(0, 120))"""
COMMON = """canvas => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', {willReadFrequently: true});
    copy.drawImage(canvas, 0, 0);
    const {data} = copy.getImageData(0, 0, canvas.width, canvas.height);
    const counts = new Map();
    for (let at = 0; at < data.length; at += 4) {
        const colour = data.slice(at, at + 3).join(' ');
        if (data[at + 3] === 255) counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    return [...counts].sort((one, other) => other[1] - one[1]).slice(0, 3).map(each => each[0]);
}"""
"""The three commonest colours of what is drawn on a canvas, the commonest first."""

INK = "getComputedStyle(document.body).color"
DAY, NIGHT = "rgb(22, 32, 43)", "rgb(230, 235, 240)"
BLUE_BY_DAY, BLUE_BY_NIGHT = "0 103 165", "86 180 233"


@pytest.fixture(scope="module")
def guide() -> Iterator[Guide]:
    """Return the page of all pieces, and its server."""
    with serving() as guide:
        yield guide


@pytest.fixture(scope="module")
def tabs(guide: Guide) -> Iterator[Tabs]:
    """Return the tab in which it is looked at."""
    tabs = Tabs(guide)
    yield tabs
    tabs.close()


def violations(tab: Page, rules: dict[str, Any]) -> list[str]:
    """Return what keeps people from using a page, and where."""
    found = AXE.run(tab, options=rules).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("width", [1440, 390])
def test_everybody_can_use_every_piece(tabs: Tabs, width: int) -> None:
    """Axe finds nothing by day and by night, nothing is too small to be hit, and nothing has to be moved sideways."""
    with tabs.on("/guide?past=1", width) as tab:
        found = violations(tab, ALL_RULES)
        tab.emulate_media(color_scheme="dark")
        found += violations(tab, COLOURS)

        assert found == []
        assert tab.evaluate(SMALL) == []
        assert tab.evaluate(TOO_WIDE) == 0


def test_everything_can_be_read_without_scripts(tabs: Tabs) -> None:
    """On a telephone, too: the figures, the rows, the past and the way back, and every page behind More."""
    with tabs.without_scripts("/guide?past=1", 390) as tab:
        text = tab.inner_text("main")
        tab.get_by_text("More", exact=True).click()

        for shown in ("As it was known on 6 May 2026, 09:30 UTC", "1\u202f284\u202f429", "CMP-3107", "Back to now"):
            assert shown in text
        assert tab.get_by_role("link", name="Audit").is_visible()
        assert not tab.get_by_role("group", name="Colours").is_visible()


def test_what_customers_typed_stays_text(tabs: Tabs) -> None:
    """In a table, and in the data of a chart."""
    with tabs.on("/guide") as tab:
        assert tab.get_by_role("link", name=XSS).is_visible()
        assert tab.locator("main script:not([type])").count() == 0
        assert "\\u003cscript" in (tab.locator("[data-chart=graph] > script").text_content() or "")


def test_a_page_wears_the_chosen_colours_at_once_and_keeps_them(tabs: Tabs) -> None:
    """Charts on a canvas change with them; what the system says counts until somebody chooses, and again after that."""
    with tabs.on("/guide?drawn=1") as tab:
        canvas = tab.locator("[data-chart=lines] canvas")
        assert (tab.evaluate(INK), canvas.evaluate(COMMON)[0]) == (DAY, BLUE_BY_DAY)

        tab.locator(".side").get_by_label("Dark").check(force=True)
        assert (tab.evaluate(INK), canvas.evaluate(COMMON)[0]) == (NIGHT, BLUE_BY_NIGHT)

        tab.reload(wait_until="commit")
        assert tab.locator("html").get_attribute("data-theme") == "dark"
        tab.locator(".side").get_by_label("As the system").check(force=True)
        assert tab.evaluate(INK) == DAY
        tab.emulate_media(color_scheme="dark")
        assert tab.evaluate(INK) == NIGHT


def test_a_chart_that_nobody_sees_is_drawn_when_it_is_shown(tabs: Tabs) -> None:
    """A room without a size has no place for anything, and that is no error."""
    with tabs.on("/guide?drawn=1") as tab:
        chart = tab.locator("[data-chart=graph]")
        chart.evaluate("chart => { chart.hidden = true; document.dispatchEvent(new Event('regulars:colours')); }")
        chart.evaluate("chart => { chart.hidden = false; }")
        tab.set_viewport_size({"width": 390, "height": 844})

        tab.wait_for_function("document.querySelector('[data-chart=graph] canvas').clientWidth < 390")
        assert BLUE_BY_DAY in chart.locator("canvas").evaluate(COMMON)


def test_the_keyboard_is_enough(tabs: Tabs) -> None:
    """The first key leads past the navigation, a slash to the search; a slash that somebody writes is a slash."""
    with tabs.on("/guide", 390) as tab:
        tab.keyboard.press("Tab")
        assert tab.locator(":focus").inner_text() == "Skip to the content"
        tab.keyboard.press("/")
        assert tab.locator(":focus").get_attribute("name") == "q"
        tab.keyboard.type("a/b")
        assert tab.locator(":focus").input_value() == "a/b"
        more = tab.locator("details.more")
        more.locator("summary").press("Enter")
        assert more.get_attribute("open") is not None
        tab.keyboard.press("Escape")
        assert more.get_attribute("open") is None


def test_focus_can_be_seen(tabs: Tabs) -> None:
    """Whatever the keyboard reaches has a ring."""
    with tabs.on("/guide") as tab:
        widths = set()
        for _ in range(25):
            tab.keyboard.press("Tab")
            ringed = "getComputedStyle(document.activeElement.closest('.theme-switch label') ?? document.activeElement)"
            widths.add(tab.evaluate(f"{ringed}.outlineWidth"))

    assert widths == {"2px"}
