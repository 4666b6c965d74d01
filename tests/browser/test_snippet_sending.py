"""The script for web pages, in a browser: what it sends, when, and to whom."""

import json
import re

import pytest

from tests.browser.servers import Api, Shop
from tests.browser.tabs import Tab, Watch, eventually

pytestmark = pytest.mark.timeout(300)  # the first of them may have to install Chromium

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_a_page_view_is_sent_once(tab: Tab, api: Api) -> None:
    """A page that is loaded sends one page view in Segment's shape, by a request that asks no permission first."""
    tab.visit("/kettles")

    tab.wait(5)

    (posted,) = api.wait_for(1)
    (message,) = posted.messages
    where = {"path": "/kettles", "title": "Kettles & more", "referrer": ""}
    assert (posted.mode, posted.content_type) == ("cors", "text/plain;charset=UTF-8")
    assert posted.body == {"batch": [message], "sentAt": "2026-03-02T12:00:01.000Z", "writeKey": "rgl_shop"}
    assert UUID.fullmatch(message.pop("messageId"))
    assert UUID.fullmatch(message.pop("anonymousId"))
    assert UUID.fullmatch(message["context"].pop("sessionId"))
    assert message == {
        "type": "page",
        "properties": {"store": "web", **where},
        "timestamp": "2026-03-02T12:00:00.000Z",
        "context": {"page": where},
    }
    eventually(tab.stored, [])


def test_an_address_may_hold_what_is_personal(tab: Tab, api: Api) -> None:
    """Of the page's address only the path is sent, and of the referrer's only the origin."""
    tab.visit("/account?email=ann@example.com#ann", referrer="http://127.0.0.1/search?q=ann")

    tab.wait(1)

    (posted,) = api.wait_for(1)
    assert posted.messages[0]["properties"]["path"] == "/account"
    assert posted.messages[0]["properties"]["referrer"] == "http://127.0.0.1"
    assert "ann" not in json.dumps(posted.body)


def test_calls_made_before_the_script_is_there_are_kept(tab: Tab, api: Api, shop: Shop) -> None:
    """What a page pushes onto the list is sent in its order once the script has come."""
    shop.calls = """
        window.regulars = window.regulars || [];
        regulars.push(["identify", 42, {plan: "gold"}]);
        regulars.push(["track", "Product Viewed", {product_id: "k1"}]);
    """
    tab.visit()

    tab.run('regulars.push(["track", "Product Added", {product_id: "k1"}])')
    tab.wait(1)

    api.wait_for(1)
    assert api.names == ["identify", "Product Viewed", "page", "Product Added"]
    assert api.messages[0]["traits"] == {"plan": "gold"}
    assert api.messages[1]["properties"] == {"product_id": "k1", "store": "web"}
    assert {message["userId"] for message in api.messages} == {"42"}


def test_a_search_says_how_much_it_found(tab: Tab, api: Api, shop: Shop) -> None:
    """A search is Segment's Products Searched with the number of results, nought included."""
    shop.attributes = 'data-auto="off"'
    tab.visit()

    tab.run("regulars.search('kettle', 0)")
    tab.wait(1)

    api.wait_for(1)
    assert api.names == ["Products Searched"]
    assert api.messages[0]["properties"] == {"query": "kettle", "results_count": 0, "store": "web"}


def test_twenty_messages_do_not_wait(tab: Tab, api: Api) -> None:
    """Messages go a second after the first; the twentieth takes the others along at once."""
    tab.visit()
    tab.wait(0.9)
    tab.run("regulars.track('Clicked')")
    tab.wait(0.1)
    api.wait_for(1)
    eventually(tab.stored, [])

    tab.run("for (let i = 0; i < 20; i++) regulars.track('Clicked')")

    first, second = api.wait_for(2)
    assert (len(first.messages), len(second.messages)) == (2, 20)
    assert second.body["sentAt"] == "2026-03-02T12:00:01.000Z"


def test_a_single_page_site_has_many_pages(tab: Tab, api: Api) -> None:
    """Another path in the address is another page view, forward and back; another query or fragment is none."""
    tab.visit("/kettles")

    tab.run("history.pushState({}, '', '/cups'); document.title = 'Cups'")
    tab.wait(0.1)
    forth = [message["properties"]["title"] for message in tab.stored()]
    for same in ("history.pushState({}, '', '/cups?colour=red')", "location.hash = 'red'", "history.back()"):
        tab.run(same)
        tab.wait(0.1)
    tab.run("history.go(-2)")
    eventually(lambda: len(tab.stored()), 3)
    tab.wait(1)

    api.wait_for(1)
    assert forth == ["Kettles & more", "Cups"]
    assert [message["properties"]["path"] for message in api.messages] == ["/kettles", "/cups", "/kettles"]


def test_a_page_may_say_itself_when_it_is_viewed(tab: Tab, api: Api, shop: Shop) -> None:
    """With data-auto="off" there is no page view but those that the page asks for."""
    shop.attributes = 'data-auto="off"'
    tab.visit("/kettles")
    tab.run("history.pushState({}, '', '/cups')")
    tab.wait(0.1)

    tab.run("regulars.page()")
    tab.wait(1)

    api.wait_for(1)
    assert [message["properties"]["path"] for message in api.messages] == ["/cups"]


def test_a_visitor_is_the_same_on_the_next_page(tab: Tab, api: Api) -> None:
    """The visitor's id and the user's stay over pages; after reset() they are another's, and no user is known."""
    tab.visit()
    tab.run("regulars.identify('customer-7')")
    tab.wait(0.1)
    tab.visit("/cups")
    tab.run("regulars.reset()")
    tab.run("regulars.track('Signed Out')")

    tab.wait(1)

    first, identified, second, after = messages = api.wait_for(2)[1].messages
    assert first["anonymousId"] == identified["anonymousId"] == second["anonymousId"] != after["anonymousId"]
    assert first["context"]["sessionId"] == second["context"]["sessionId"] != after["context"]["sessionId"]
    assert [message.get("userId") for message in messages] == [None, "customer-7", "customer-7", None]


def test_a_session_ends_after_half_an_hour_of_silence(tab: Tab, api: Api) -> None:
    """What follows within 30 minutes is the same session, however long it lasts; what follows later is another."""
    tab.visit()
    for minutes in (29, 29, 30):
        tab.page.clock.fast_forward(minutes * 60_000)
        tab.run("regulars.track('Clicked')")
    tab.wait_until(tab.stored, [])

    sessions = [message["context"]["sessionId"] for message in api.messages]
    assert sessions[0] == sessions[1] == sessions[2] != sessions[3]


def test_plain_http_has_ids_too(tab: Tab, api: Api, shop: Shop, watch: Watch) -> None:
    """Where a browser gives no UUIDs, as the page came over plain HTTP, ids are random all the same."""
    watch.allow("http://shop.test")
    shop.origin = shop.origin.replace("127.0.0.1", "shop.test")
    tab.visit()
    tab.run("regulars.track('Clicked')")

    tab.wait(1)

    api.wait_for(1)
    ids = {message[name] for message in api.messages for name in ("messageId", "anonymousId")}
    assert tab.run("crypto.randomUUID") is None
    assert len(ids) == 3
    assert all(len(random) >= 20 for random in ids)


def test_a_shop_goes_on_whatever_it_says(tab: Tab, api: Api, shop: Shop, watch: Watch) -> None:
    """A call that makes no message, or one that would be refused, is a warning, and no error in the shop's script."""
    shop.attributes = 'data-auto="off"'
    calls = {
        "regulars.push(['trak', 'Clicked'])": "no trak",
        "regulars.track('Clicked', {window})": "TypeError: Converting circular structure to JSON",
        "regulars.track('Clicked', {text: 'ü'.repeat(17_000)})": "over 32 KB",
    }

    for number, (call, warning) in enumerate(calls.items(), start=1):
        tab.visit()
        tab.run(f"{call}; regulars.track('Bought')")
        tab.wait(1)
        api.wait_for(number)
        eventually(tab.stored, [])
        assert [said.splitlines()[0] for said in watch.warnings()] == [f"regulars: {warning}"]

    assert api.names == ["Bought"] * 3


def test_a_script_that_is_embedded_twice_counts_once(tab: Tab, api: Api, shop: Shop) -> None:
    """A tag manager and a theme may both embed it: the first that comes is it."""
    shop.embedded = 2
    tab.visit()

    tab.wait(1)

    api.wait_for(1)
    assert api.names == ["page"]
