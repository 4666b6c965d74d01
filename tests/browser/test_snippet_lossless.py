"""The script for web pages, in a browser: what the API has not answered is sent again, and nothing is lost."""

from threading import Event

import pytest

from tests.browser.conftest import OpenTab
from tests.browser.servers import Answer, Api, Shop
from tests.browser.tabs import Tab, Watch, eventually

pytestmark = pytest.mark.timeout(300)  # the first of them may have to install Chromium

OFF = 'data-auto="off"'
BEACON_BYTES = 65_536
FULL = """
    let size = 1 << 20;
    for (let i = 0; size; i++) try { localStorage["shop" + i] = "x".repeat(size); } catch { size >>= 1; }
"""


def _ids(messages: list[dict[str, object]]) -> list[object]:
    return [message["messageId"] for message in messages]


def test_what_was_not_acknowledged_is_sent_again(tab: Tab, api: Api) -> None:
    """After a failure that may pass the same message comes again under the same id; acknowledged, it is forgotten."""
    failures = [Answer(500), Answer(503), Answer(429), Answer(408), Answer(cut=True)]
    api.answers.extend(failures)
    tab.visit()

    tab.wait_until(tab.stored, [])

    assert len(api.posted) == len(failures) + 1
    assert all(posted.messages == api.posted[0].messages for posted in api.posted)


def test_the_next_page_sends_what_the_last_could_not(tab: Tab, api: Api) -> None:
    """What one page failed to send waits in the browser, and goes with what the next page has to say."""
    api.answers.append(Answer(500))
    tab.visit("/kettles")
    tab.wait(1)
    eventually(lambda: "rgl_rest" in tab.settings(), wanted=True)
    tab.leave()

    tab.visit("/cups")
    tab.wait(1)

    _, second = api.wait_for(2)
    assert [message["properties"]["path"] for message in second.messages] == ["/kettles", "/cups"]
    eventually(tab.stored, [])


def test_failures_are_further_and_further_apart(tab: Tab, api: Api) -> None:
    """An API that is down is asked again after 1, 2, 4 seconds, whatever there is to say; once up, after 1 again."""
    down = Answer(503)
    api.answers.extend([down, down, down, Answer(), down])
    tab.visit()
    tab.wait(1)
    for seconds in (1, 2, 4):
        eventually(lambda: tab.run("localStorage.rgl_rest > Date.now()"), wanted=True)
        tab.run("for (let i = 0; i < 20; i++) regulars.track('Clicked')")
        tab.wait(seconds)
    eventually(tab.stored, [])
    tab.run("regulars.track('Clicked')")
    tab.wait(1)
    eventually(lambda: tab.run("localStorage.rgl_rest > Date.now()"), wanted=True)
    tab.wait(1)

    sent_at = [posted.body["sentAt"] for posted in api.wait_for(6)]
    assert sent_at == [f"2026-03-02T12:00:{second}.000Z" for second in ("01", "02", "04", "08", "09", "10")]


def test_an_api_that_names_a_time_is_left_alone_for_as_long(tab: Tab, api: Api) -> None:
    """Retry-After counts for the next page too, and for its beacons."""
    api.answers.append(Answer(429, retry_after="30"))
    tab.visit("/kettles")
    tab.wait(1)
    eventually(lambda: "rgl_rest" in tab.settings(), wanted=True)
    tab.visit("/cups")
    tab.wait(28)
    tab.visit("/plates")

    tab.wait(2)

    _, second = api.wait_for(2)
    assert (second.body["sentAt"], len(second.messages)) == ("2026-03-02T12:00:31.000Z", 3)


def test_a_clock_that_was_set_back_does_not_silence_us(tab: Tab, api: Api) -> None:
    """A pause that would last longer than a day was noted by a clock that has been wrong."""
    tab.visit()
    tab.run("localStorage.rgl_rest = Date.now() + 2 * 24 * 3600 * 1000")

    tab.wait(1)

    assert len(api.wait_for(1)[0].messages) == 1


def test_what_is_refused_is_dropped_and_said_once(tab: Tab, api: Api, watch: Watch) -> None:
    """What the API will never take is not sent again; the first time is a warning for who built the page."""
    api.answers.extend([Answer(401), Answer(400), Answer(413)])
    tab.visit()

    for number in (1, 2, 3):
        tab.run(f"regulars.track('Clicked', {{number: {number}}})")
        tab.wait_until(tab.stored, [])

    assert (watch.warnings(), len(api.posted)) == (["regulars: refused: 401"], 3)


def test_a_beacon_takes_what_is_left_and_the_next_page_makes_sure(tab: Tab, api: Api) -> None:
    """Who leaves within a second is counted by one beacon. It may be lost, so the next page sends the same again."""
    tab.visit("/kettles")
    tab.leave()
    (beacon,) = api.wait_for(1)

    tab.wait(0.1)
    tab.visit("/cups")
    tab.wait(1)

    _, again = api.wait_for(2)
    assert (beacon.mode, beacon.content_type, again.mode) == ("no-cors", "text/plain;charset=UTF-8", "cors")
    assert _ids(again.messages)[:1] == _ids(beacon.messages)
    assert [message["properties"]["path"] for message in again.messages] == ["/kettles", "/cups"]
    eventually(tab.stored, [])


def test_a_hidden_tab_may_never_be_seen_again(tab: Tab, api: Api) -> None:
    """A tab that is hidden sends what it has by a beacon, once, as a phone may end it without a word."""
    tab.visit()

    tab.hide()
    tab.hide()
    api.wait_for(1)  # two beacons may overtake each other
    tab.run("regulars.track('Clicked')")
    tab.run("dispatchEvent(new Event('pagehide'))")  # what older browsers say

    first, second = api.wait_for(2)
    assert [[message["type"] for message in posted.messages] for posted in (first, second)] == [["page"], ["track"]]


def test_a_beacon_keeps_within_its_size(tab: Tab, api: Api, shop: Shop) -> None:
    """What does not fit one beacon goes in several, or waits for the next page: all of it comes."""
    shop.attributes = OFF
    tab.visit()
    tab.run("for (let i = 0; i < 7; i++) regulars.track('Said ' + i, {text: 'ü'.repeat(12_000)})")
    tab.leave()
    api.wait_for(1)

    tab.visit()
    tab.wait_until(tab.stored, [])

    assert all(posted.size_bytes < BEACON_BYTES for posted in api.posted)
    assert set(api.names) == {f"Said {number}" for number in range(7)}
    assert api.posted[0].mode == "no-cors"


def test_two_hundred_messages_wait_at_most(tab: Tab, api: Api, shop: Shop, watch: Watch) -> None:
    """A shop whose API is long away fills nobody's browser: the oldest of more than 200 is dropped, with a warning."""
    shop.attributes = OFF
    api.answers.append(Answer(503, retry_after="60"))
    tab.visit()

    tab.run("for (let i = 0; i < 205; i++) regulars.track('Clicked', {i})")

    waiting = [message["properties"]["i"] for message in tab.stored()]
    api.wait_for(1)
    assert waiting == list(range(5, 205))
    assert watch.warnings() == ["regulars: dropped the oldest of 200"]


def test_tabs_do_not_lose_what_each_other_says(open_tab: OpenTab, api: Api, shop: Shop) -> None:
    """An answer takes from the browser what it answered, and nothing that another tab, or the same, said meanwhile."""
    shop.attributes = OFF
    answered = Event()
    api.answers.append(Answer(after=answered))
    tab, other = open_tab(), open_tab()
    tab.visit()
    other.visit()
    tab.run("regulars.track('First')")
    tab.page.clock.run_for(1000)
    api.wait_for(1)

    other.run("regulars.track('Of the other')")
    tab.run("regulars.track('Meanwhile')")
    answered.set()
    eventually(lambda: [message["event"] for message in tab.stored()], ["Of the other", "Meanwhile"])
    tab.wait(1)

    eventually(tab.stored, [])
    assert set(api.names) == {"First", "Of the other", "Meanwhile"}


def test_a_browser_may_forbid_to_store(tab: Tab, api: Api, shop: Shop) -> None:
    """Where there is no storage, ids and messages last for the page, and what fails is tried again."""
    shop.policy = "sandbox allow-scripts"
    api.answers.append(Answer(500))
    tab.visit()
    tab.run("regulars.track('Clicked')")

    tab.wait_until(lambda: len(api.posted), 2)

    first, second = api.wait_for(2)
    assert first.messages == second.messages
    assert len({message["anonymousId"] for message in first.messages}) == 1


def test_a_full_browser_sends_all_the_same(tab: Tab, api: Api, shop: Shop) -> None:
    """Where the shop has filled the browser's storage, messages wait in the page's memory."""
    shop.attributes = OFF
    tab.visit()
    tab.run(FULL)
    tab.run("for (let i = 0; i < 3; i++) regulars.track('Clicked', {i})")

    tab.wait(1)

    api.wait_for(1)
    assert [message["properties"]["i"] for message in api.messages] == [0, 1, 2]
    assert len({message["anonymousId"] for message in api.messages}) == 1
