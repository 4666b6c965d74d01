"""Segment's calls become events: recorded from its own library, and the e-commerce events of its Spec."""

import pytest

from events.catalog.customers import TraitsChanged
from events.catalog.feedback import FeedbackGiven
from events.catalog.identity import IdentityLinked
from events.catalog.orders import OrderLine, OrderPlaced
from events.catalog.searches import SearchPerformed, SearchResultChosen
from events.catalog.visits import CartChanged, InteractionRecorded, PageViewed, ProductViewed
from events.event import Event
from tests.services.translation.samples import HAPPENED, RECEIVED, Record, message, refused, sample, track, translated


def said(record: Record) -> list[Event]:
    """Return what the events of a message say."""
    return [envelope.data for envelope in translated("segment", record)]


def test_a_batch_of_segment_s_own_library_becomes_events() -> None:
    """All seven kinds of call; the identify call makes two events, and each has its own id."""
    batch = sample("segment_batch")["batch"]

    events = [event for each in batch for event in translated("segment", each)]

    assert [event.data for event in events] == [
        TraitsChanged(traits={"email": "a@example.org", "name": "Zoë"}),
        IdentityLinked(identifier="visitor:anon-1", basis="identify"),
        SearchPerformed(query="röd stol", result_count=0),
        OrderPlaced(
            order="50314b8e",
            currency="USD",
            total_minor=2750,
            lines=(OrderLine(product="p1", quantity=1, unit_price_minor=1900),),
        ),
        PageViewed(page="/x", title="Python"),
        PageViewed(page="Home", title="Home"),
        InteractionRecorded(name="group", properties={"group": "group-7", "traits.name": "Initech"}),
        IdentityLinked(identifier="visitor:anon-1", basis="alias"),
    ]
    assert {event.subject for event in events} == {"customer:user-1"}
    assert events[0].id == f"shop:{batch[0]['messageId']}"
    assert events[1].id == f"shop:{batch[0]['messageId']}:link"
    assert len({event.id for event in events}) == 8


def test_the_envelope_says_who_and_when_and_where() -> None:
    """A customer before a visitor; the source's store, or that of the message; the session of either."""
    (bare,) = translated("segment", track("Door Opened"), source="web-shop", store="leeds")
    (named,) = translated("segment", track("Door Opened", store="york", session_id=7))
    (visitor,) = translated("segment", message("page", name="Home", userId=None, anonymousId="7f3a"))

    assert (bare.id, bare.source, bare.subject, bare.time) == ("web-shop:m-1", "web-shop", "customer:42", HAPPENED)
    assert isinstance(bare.data, InteractionRecorded)
    assert isinstance(named.data, InteractionRecorded)
    assert (bare.data.store, named.data.store, named.data.session) == ("leeds", "york", "7")
    assert visitor.subject == "visitor:7f3a"


@pytest.mark.parametrize(
    ("times", "moment"),
    [
        ({"timestamp": "2026-03-01T10:00:00Z", "originalTimestamp": "2026-03-01T11:00:00Z"}, HAPPENED),
        ({"timestamp": None, "originalTimestamp": "2026-03-01T10:00:00Z"}, HAPPENED),
        ({"timestamp": "", "originalTimestamp": None}, RECEIVED),
    ],
    ids=repr,
)
def test_a_message_happened_when_it_says_or_when_it_came(times: Record, moment: object) -> None:
    """The corrected time counts before the sender's own clock."""
    (event,) = translated("segment", track("Door Opened") | times)

    assert event.time == moment


@pytest.mark.parametrize("count", ["results_count", "result_count", "results", "total_results"])
def test_a_search_has_a_count_of_results(count: str) -> None:
    """Under any of its names; zero is the one that matters most."""
    found = said(track("Products Searched", query="red kettle", **{count: 0}))

    assert found == [SearchPerformed(query="red kettle", result_count=0)]


def test_the_results_may_be_there_themselves() -> None:
    """Then they are counted."""
    assert said(track("products  searched", query="kettle", products=[{"sku": "a"}, {"sku": "b"}])) == [
        SearchPerformed(query="kettle", result_count=2)
    ]
    assert said(track("Products Searched", query="kettle", results=[])) == [
        SearchPerformed(query="kettle", result_count=0)
    ]


def test_a_search_without_a_count_is_an_interaction() -> None:
    """Nobody knows whether it was in vain."""
    assert said(track("Products Searched", query="kettle")) == [
        InteractionRecorded(name="Products Searched", properties={"query": "kettle"})
    ]


@pytest.mark.parametrize("name", ["Product Clicked", "Clicked Product"])
def test_a_click_on_a_result_chooses_it(name: str) -> None:
    """With its place in the list of a search; any other click is an interaction."""
    chosen = said(track(name, query="kettle", product_id="k-1", position=2))
    clicked = said(track(name, product_id="k-1", position=2))

    assert chosen == [SearchResultChosen(query="kettle", product="k-1", position=2)]
    assert clicked == [InteractionRecorded(name=name, properties={"product_id": "k-1", "position": "2"})]


@pytest.mark.parametrize("name", ["Product Viewed", "Viewed Product"])
def test_a_product_is_viewed_at_its_price(name: str) -> None:
    """Segment's own example says usd, and without a currency it is US dollars; without a price there is none."""
    viewed = said(track(name, product_id="G-32", name="Monopoly", category="Games", price=18.99, currency="usd"))
    unpriced = said(track(name, id="G-32", currency="EUR"))

    assert viewed == [
        ProductViewed(product="G-32", name="Monopoly", category="Games", price_minor=1899, currency="USD")
    ]
    assert unpriced == [ProductViewed(product="G-32")]


@pytest.mark.parametrize(
    ("name", "quantity", "delta"),
    [
        ("Product Added", 3, 3),
        ("Added Product", None, 1),
        ("Product Removed", "2", -2),
        ("Removed Product", None, -1),
    ],
)
def test_a_cart_changes_by_what_is_added_or_removed(name: str, quantity: object, delta: int) -> None:
    """One piece, where nobody says."""
    assert said(track(name, sku="G-32", quantity=quantity)) == [CartChanged(product="G-32", quantity_delta=delta)]


def test_a_review_is_feedback() -> None:
    """The Spec writes the rating as a text."""
    assert said(track("Product Reviewed", product_id="G-32", review_body="I love it", rating="5")) == [
        FeedbackGiven(rating=5, about="product", product="G-32", text="I love it")
    ]


def test_a_page_is_its_path_without_the_query() -> None:
    """From the properties, the context, or at last its name; and the referrer is only its site."""
    page = {
        "title": "Kettles",
        "url": "https://shop.example/kettles?mail=a@b.c",
        "referrer": "https://find.example/?q=x",
    }
    by_context = message("page", context={"page": {"path": "/tea", "title": "Tea"}, "sessionId": 99})

    assert said(message("page", properties=page)) == [
        PageViewed(page="/kettles", title="Kettles", referrer="https://find.example")
    ]
    assert said(by_context) == [PageViewed(page="/tea", title="Tea", session="99")]
    assert said(message("page", name="Home")) == [PageViewed(page="Home", title="Home")]
    assert said(message("page", properties={"a": 1})) == [InteractionRecorded(name="page", properties={"a": "1"})]


def test_traits_change_and_identifiers_are_linked() -> None:
    """An identify call does both, where it has both; one that has neither says nothing new."""
    traits = {"email": "ada@example.org", "address": {"city": "London"}, "plan": None}

    both = said(message("identify", anonymousId="7f3a", traits=traits))
    visitor = translated("segment", message("identify", userId=None, anonymousId="7f3a", traits={"plan": "pro"}))

    changed = TraitsChanged(traits={"email": "ada@example.org", "address.city": "London", "plan": ""})
    assert both == [changed, IdentityLinked(identifier="visitor:7f3a", basis="identify")]
    assert said(message("identify", anonymousId="7f3a")) == both[1:]
    assert said(message("identify", anonymousId="null")) == []
    assert [(event.subject, event.data) for event in visitor] == [
        ("visitor:7f3a", TraitsChanged(traits={"plan": "pro"}))
    ]


def test_an_alias_links_what_was_known_before() -> None:
    """The anonymous id that a browser adds stands in for a previousId."""
    assert said(message("alias", previousId="7f3a")) == [IdentityLinked(identifier="visitor:7f3a", basis="alias")]
    assert said(message("alias", anonymousId="7f3a")) == [IdentityLinked(identifier="visitor:7f3a", basis="alias")]
    assert refused("segment", message("alias")).field == "previousId"


@pytest.mark.parametrize(
    "properties",
    [
        None,
        {},
        {"deep": {"er": [1, {"x": None}]}},
        {"n": 1.5, "ok": True},
        {"x" * 300: "y" * 3000},
        dict.fromkeys("abc"),
    ],
    ids=repr,
)
def test_any_other_track_call_is_an_interaction(properties: object) -> None:
    """Whatever it is called, and whatever it holds: what is too long is cut, and nothing is refused."""
    (event,) = said(message("track", event="Something Odd " * 20, properties=properties))

    assert isinstance(event, InteractionRecorded)
    assert event.name == ("Something Odd " * 20)[:127] + "…"
