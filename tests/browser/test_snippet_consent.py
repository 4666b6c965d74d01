"""The script for web pages, in a browser: it does nothing that a visitor does not want."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Playwright

from tests.browser.chromium import FLAGS
from tests.browser.conftest import OpenTab, stop_the_clock
from tests.browser.servers import Api, Shop
from tests.browser.tabs import Tab, Watch, eventually

pytestmark = pytest.mark.timeout(300)  # the first of them may have to install Chromium

KEPT = {"rgl_consent", "rgl_id", "rgl_session", "rgl_seen"}
PRIVACY_CONTROL = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"


def test_a_shop_may_ask_first(tab: Tab, api: Api, shop: Shop) -> None:
    """With data-consent="ask" nothing is stored or sent before consent(true), and then only what is done after."""
    shop.attributes = 'data-consent="ask"'
    tab.visit("/kettles")
    tab.run("regulars.identify('customer-7')")
    tab.run("regulars.track('Before')")
    tab.wait(5)
    before = (tab.run("localStorage.length + sessionStorage.length + document.cookie.length"), len(api.posted))

    tab.run("regulars.consent(true)")
    tab.run("regulars.track('After')")
    tab.wait(1)

    api.wait_for(1)
    assert before == (0, 0)
    assert api.names == ["page", "After"]
    assert "customer-7" not in json.dumps(api.messages)


def test_consent_is_asked_for_once(tab: Tab, api: Api, shop: Shop) -> None:
    """Consent counts on the next page too, without being given again."""
    shop.attributes = 'data-consent="ask"'
    tab.visit("/kettles")
    tab.run("regulars.consent(true)")
    tab.wait(1)
    api.wait_for(1)

    tab.visit("/cups")
    tab.wait(1)

    api.wait_for(2)
    assert {message["properties"]["path"] for message in api.messages} == {"/kettles", "/cups"}


def test_what_waits_needs_consent_too(tab: Tab, api: Api, shop: Shop) -> None:
    """What an earlier page has left in the browser stays there once the shop asks first, until consent is given."""
    tab.visit("/kettles")
    tab.leave()
    api.wait_for(1)
    shop.attributes = 'data-consent="ask"'
    tab.visit("/cups")
    tab.wait(5)
    tab.hide()
    before = len(api.posted)

    tab.run("regulars.consent(true)")
    tab.wait(1)

    api.wait_for(2)
    assert (before, [posted.mode for posted in api.posted]) == (1, ["no-cors", "cors"])
    assert [message["properties"]["path"] for message in api.posted[1].messages] == ["/kettles", "/cups"]


def test_who_refuses_is_forgotten(open_tab: OpenTab, api: Api) -> None:
    """consent(false) deletes the ids and what waits, and ends it in every tab and on every page after."""
    tab, other = open_tab(), open_tab()
    tab.visit("/kettles")
    other.visit("/cups")
    tab.run("regulars.identify('customer-7')")

    tab.run("regulars.consent(false)")
    for each in (tab, other):
        each.run("regulars.track('After')")
        each.wait(5)
        each.visit("/plates")
    tab.wait(5)

    assert (tab.stored(), tab.settings(), tab.run("localStorage.rgl_consent")) == ([], {"rgl_consent"}, "0")
    assert api.posted == []


def test_only_a_clear_yes_is_consent(tab: Tab, api: Api) -> None:
    """What is not true is a refusal: a banner that says 'denied' has not got consent."""
    tab.visit()

    tab.run("regulars.consent('denied')")
    tab.run("regulars.track('After')")
    tab.wait(5)

    assert (tab.settings(), api.posted) == ({"rgl_consent"}, [])


def test_who_comes_back_is_somebody_new(tab: Tab, api: Api) -> None:
    """After a refusal, consent begins with another id."""
    tab.visit()
    tab.wait(1)
    api.wait_for(1)
    eventually(tab.stored, [])

    tab.run("regulars.consent(false); regulars.consent(true); regulars.track('After')")
    tab.wait(1)

    api.wait_for(2)
    before, after = api.messages
    assert (before["anonymousId"] != after["anonymousId"], tab.settings()) == (True, KEPT)


@pytest.fixture
def not_to_be_tracked(executable: str, driver: Playwright, tmp_path: Path, api: Api, shop: Shop) -> Iterator[Tab]:
    """Return a tab of a browser in whose settings Do Not Track is on."""
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps({"enable_do_not_track": True}), encoding="utf-8")
    context = driver.chromium.launch_persistent_context(tmp_path, executable_path=executable, args=[*FLAGS])
    stop_the_clock(context)
    watch = Watch(context, api, shop)
    yield Tab(context.new_page(), shop)
    context.close()
    watch.check()


def test_do_not_track_is_respected(not_to_be_tracked: Tab, api: Api) -> None:
    """Who has said Do Not Track is not tracked: nothing is stored or sent."""
    not_to_be_tracked.visit()

    not_to_be_tracked.run("regulars.track('Clicked')")
    not_to_be_tracked.wait(5)
    not_to_be_tracked.visit("/cups")

    assert not_to_be_tracked.run("navigator.doNotTrack") == "1"
    assert (not_to_be_tracked.run("localStorage.length"), api.posted) == (0, [])


def test_global_privacy_control_is_respected_until_somebody_consents(
    context: BrowserContext, tab: Tab, api: Api
) -> None:
    """Global Privacy Control is a refusal, and an explicit consent to this shop is stronger."""
    context.add_init_script(PRIVACY_CONTROL)
    tab.visit("/kettles")
    tab.run("regulars.track('Before')")
    tab.wait(5)
    before = (tab.run("localStorage.length"), len(api.posted))

    tab.run("regulars.consent(true)")
    tab.wait(1)

    api.wait_for(1)
    assert (before, api.names) == ((0, 0), ["page"])
