"""A page that follows what moves: it is fetched anew without a jump, can be paused, and says when it is not live."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.look.guide import Guide, serving
from tests.dashboard.look.tabs import Tabs

AGAIN = "button => { button.click(); setTimeout(() => button.click(), 60); }"
SOON_MILLISECONDS = 300
"""Longer than it takes to fetch the page anew, where something makes it do so."""


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


def live(tab: Page) -> str:
    """Return what the page says of being live."""
    return tab.locator("[data-live-word]").inner_text()


def opened(tab: Page) -> None:
    """Wait for the page's stream."""
    expect(tab.locator("[data-live]")).to_be_visible()


def test_what_moved_is_shown_and_the_rest_stays_as_it_was(guide: Guide, tabs: Tabs) -> None:
    """The heading is new; what was opened stays open, a chart is not drawn anew, and the page does not jump."""
    with tabs.on("/guide?drawn=1") as tab:
        opened(tab)
        tab.locator("details.as-table > summary").click()
        tab.evaluate("scrollTo(0, 700); document.querySelector('canvas').mine = true")

        guide.say("Atelier Maren")

        expect(tab.locator("h1")).to_have_text("Atelier Maren")
        assert tab.title() == "Atelier Maren · Regulars"
        assert tab.locator("details.as-table").get_attribute("open") is not None
        assert tab.evaluate("[scrollY, document.querySelector('canvas').mine]") == [700, True]
        assert (live(tab), guide.wholes) == ("Live", 1)


def test_nothing_moves_while_somebody_writes_or_has_paused(guide: Guide, tabs: Tabs) -> None:
    """What they wrote is theirs; once they are done, what moved meanwhile is shown."""
    with tabs.on("/guide") as tab:
        opened(tab)
        name = tab.get_by_label("Name", exact=True).first
        name.fill("half a name")
        guide.say("Written over")
        tab.wait_for_timeout(SOON_MILLISECONDS)
        assert tab.locator("h1").inner_text() == "Nordhaus Logistics"

        name.blur()
        expect(tab.locator("h1")).to_have_text("Written over")
        assert name.input_value() == "half a name"

        tab.locator("[data-live]").click()
        guide.say("Paused")
        tab.wait_for_timeout(SOON_MILLISECONDS)
        assert (tab.locator("h1").inner_text(), live(tab)) == ("Written over", "Paused")

        tab.locator("[data-live]").click()
        expect(tab.locator("h1")).to_have_text("Paused")
        assert live(tab) == "Live"


def test_a_lost_stream_is_said_and_what_was_missed_is_fetched_when_it_is_back(guide: Guide, tabs: Tabs) -> None:
    """The old content stays, with the time that it is of."""
    with tabs.on("/guide", away=True) as tab:
        opened(tab)

        guide.reachable = False
        note = tab.locator("[data-lost]")
        expect(note).to_be_visible()
        assert "What you see is as of 22 Nov 2026, 09:30 UTC." in note.inner_text()
        assert (live(tab), tab.locator("h1").inner_text()) == ("Not live", "Nordhaus Logistics")

        guide.heading, guide.reachable = "Back again", True
        expect(tab.locator("h1")).to_have_text("Back again")
        expect(note).to_be_hidden()


def test_a_stream_that_is_away_at_first_is_opened_later(guide: Guide, tabs: Tabs) -> None:
    """Htmx opens again what was lost, and not what was never there: that is ours."""
    with tabs.on(away=True) as tab:
        guide.reachable = False
        tab.goto(f"{guide.url}/guide")
        expect(tab.locator("[data-lost]")).to_be_visible()

        guide.reachable = True

        expect(tab.locator("[data-lost]")).to_be_hidden()
        assert live(tab) == "Live"


def test_a_page_that_fails_leaves_the_old_one_where_it_is(guide: Guide, tabs: Tabs) -> None:
    """And says that it is not live, until it is fetched again."""
    with tabs.on("/guide", away=True) as tab:
        opened(tab)

        guide.status = 503
        guide.say("Half of it")
        expect(tab.locator("[data-lost]")).to_be_visible()
        assert tab.locator("h1").inner_text() == "Nordhaus Logistics"

        guide.status = 200
        expect(tab.locator("h1")).to_have_text("Half of it")
        expect(tab.locator("[data-lost]")).to_be_hidden()


def test_who_was_signed_out_is_led_to_sign_in(guide: Guide, tabs: Tabs) -> None:
    """The page of the sign-in is no part of another page."""
    with tabs.on("/guide") as tab:
        opened(tab)

        guide.signed_in = False
        guide.say("Secret")

        expect(tab.locator("h1")).to_have_text("Sign in")
        assert tab.url == f"{guide.url}/sign-in"


def test_a_tab_of_a_page_is_an_address_and_does_not_jump(guide: Guide, tabs: Tabs) -> None:
    """It is fetched alone, the way back is the browser's own, and without scripts it is a link."""
    with tabs.on("/guide") as tab:
        opened(tab)
        tab.evaluate("scrollTo(0, 600)")

        tab.get_by_role("link", name="At risk").click()
        tab.wait_for_url("**/guide?only=risk")
        expect(tab.get_by_role("link", name="At risk")).to_have_attribute("aria-current", "true")
        assert (tab.evaluate("scrollY"), guide.wholes) == (600, 1)

        tab.go_back()
        expect(tab.get_by_role("link", name="All", exact=True)).to_have_attribute("aria-current", "true")
        assert tab.url == f"{guide.url}/guide"

        tab.get_by_role("link", name="Elsewhere").click()
        expect(tab.locator("h1")).to_have_text("Sign in")
        assert tab.locator("nav").count() == 0, "the page of another address is loaded whole"


def test_a_slider_shows_its_point_while_it_is_moved(guide: Guide, tabs: Tabs) -> None:
    """By its arrows, too: it keeps the keyboard, the address says the point, and the page is not loaded again."""
    with tabs.on("/guide") as tab:
        opened(tab)
        slider = tab.get_by_label("Point in time")
        slider.focus()
        for _ in range(5):
            tab.keyboard.press("ArrowRight")

        tab.wait_for_url("**/guide?step=43")
        expect(slider).to_have_attribute("aria-valuetext", "event 43 of 84")
        tab.keyboard.press("ArrowLeft")
        tab.wait_for_url("**/guide?step=42")
        expect(slider).to_be_focused()
        assert guide.wholes == 1

    with tabs.without_scripts("/guide?step=12", 390) as tab:
        tab.get_by_role("button", name="Look").click()
        tab.wait_for_url("**/guide?step=12")


def test_a_form_is_sent_once(guide: Guide, tabs: Tabs) -> None:
    """Who clicks again while it is being sent means one thing; what came of it is told until they go on."""
    with tabs.on("/guide") as tab:
        opened(tab)

        tab.get_by_role("button", name="Take it").evaluate(AGAIN)
        expect(tab.locator("h1")).to_have_text("Taken")
        assert guide.sent == 1

        opened(tab)
        guide.say("Moved by that")
        expect(tab.locator("h1")).to_have_text("Moved by that")
        assert tab.get_by_text("It is yours now.").is_visible()


def test_a_past_follows_nothing(tabs: Tabs) -> None:
    """It opens no stream and shows no live figure."""
    with tabs.on("/guide?past=1") as tab:
        assert tab.locator("#stream").count() == tab.locator("[data-live]").count() == 0
        assert tab.get_by_role("region", name="A past state").is_visible()
