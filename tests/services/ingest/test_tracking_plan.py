"""The tracking plan: what a source may send, what happens to the rest, and what a plan with a mistake says."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from events.catalog import EVENTS
from events.catalog.orders import OrderAmended, OrderLine, OrderPlaced
from events.catalog.searches import SearchPerformed
from events.catalog.visits import InteractionRecorded, PageViewed
from events.envelope import Envelope
from events.errors import Fault
from events.event import Event
from services.ingest.tracking_plan import Action, BadPlan, Plan, Violation, parse

VIEW = "regulars.visit.page_viewed.v1"
SEARCH = "regulars.search.performed.v2"
ORDER = "regulars.order.placed.v2"
LINES = (OrderLine(product="kettle", quantity=1, unit_price_minor=100),)


def plan(types: str, *, unplanned_types: str = "flag", unplanned_fields: str = "flag") -> Plan:
    """Return a plan of these types."""
    return parse(f"unplanned_types: {unplanned_types}\nunplanned_fields: {unplanned_fields}\ntypes: {types}")


def judged(held: Plan, data: Event) -> list[Violation]:
    """Return what a plan says of an event."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return held.judge(Envelope(id="e-1", source="urn:shop", time=at, subject="customer:1", data=data))


def order(**said: object) -> OrderPlaced:
    """Return an order with what it requires, and some more."""
    return OrderPlaced(order="o-1", currency="GBP", lines=LINES, total_minor=100, **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(("said", "action"), [("block", "blocked"), ("flag", "flagged")])
def test_a_type_that_is_not_planned_is_blocked_or_flagged(said: str, action: str) -> None:
    """One violation, of the whole type, whatever its fields; what blocks says why in words that name the field."""
    held = plan(f"{{{SEARCH}: any}}", unplanned_types=said)

    (found,) = judged(held, PageViewed(page="/", title="Home"))

    assert found == (VIEW, "", action)
    assert found.blocks is (action == "blocked")
    assert str(found.error()) == f"type: {VIEW} is not in the tracking plan"
    assert found.error().fault is Fault.UNPLANNED


@pytest.mark.parametrize(("said", "action"), [("block", "blocked"), ("flag", "flagged")])
def test_a_field_that_is_not_planned_is_blocked_or_flagged(said: str, action: str) -> None:
    """One violation for each of them; those that are planned, and those that the type requires, are none."""
    held = plan(f"{{{ORDER}: [channel]}}", unplanned_fields=said)

    found = judged(held, order(channel="app", session="s-1", promised_at=datetime(2026, 3, 9, tzinfo=UTC)))

    assert found == [(ORDER, "session", action), (ORDER, "promised_at", action)]
    assert str(found[0].error()) == f"data.session: is not in the tracking plan for {ORDER}"
    assert judged(held, order(channel="app")) == []


def test_what_is_let_through_is_no_violation() -> None:
    """Neither a type nor a field, where the plan says so."""
    held = plan(f"{{{ORDER}: []}}", unplanned_types="let", unplanned_fields="let")

    assert judged(held, PageViewed(page="/")) == []
    assert judged(held, order(session="s-1")) == []


def test_a_plan_that_does_not_say_flags() -> None:
    """Who writes a first plan sees what it would do, and loses nothing."""
    held = parse(f"types: {{{ORDER}: []}}")

    assert (held.unplanned_types, held.unplanned_fields) == (Action.FLAG, Action.FLAG)
    assert judged(held, PageViewed(page="/")) == [(VIEW, "", "flagged")]
    assert judged(held, order(session="s-1")) == [(ORDER, "session", "flagged")]


def test_any_plans_every_field() -> None:
    """Also those that a later catalogue gives the type."""
    held = plan(f"{{{ORDER}: any}}", unplanned_fields="block")

    assert judged(held, order(channel="app", session="s-1", store="oxford")) == []


def test_a_field_at_its_default_was_not_sent() -> None:
    """Nobody can tell whether it was; the same goes for an empty mapping. The store is the source's own matter."""
    held = plan("{regulars.visit.interaction_recorded.v1: []}", unplanned_fields="block")

    assert judged(held, InteractionRecorded(name="signed up", session="", store="oxford")) == []
    assert [each.field for each in judged(held, InteractionRecorded(name="signed up", properties={"a": "b"}))] == [
        "properties"
    ]


def test_an_older_version_stands_for_the_newest() -> None:
    """As which its events are read. So a plan that was good stays good when the catalogue goes on."""
    held = plan("{regulars.search.performed.v1: [hits], regulars.order.amended.v1: [reason]}", unplanned_types="block")

    assert judged(held, SearchPerformed(query="kettle", result_count=0)) == []
    assert judged(held, SearchPerformed(query="kettle", result_count=0, session="s")) == [
        (SEARCH, "session", "flagged")
    ]
    amended = OrderAmended(order="o-1", currency="GBP", lines=LINES, total_minor=1, total_delta_minor=1, reason="size")
    assert [each.field for each in judged(held, amended)] == ["total_delta_minor"]


def test_every_type_of_the_catalogue_can_be_planned() -> None:
    """With any, or with the fields that it has."""
    for event in EVENTS:
        fields = [name for name in event.__struct_fields__ if name]
        assert plan(f"{{{event.event_type}: any}}")
        assert plan(f"{{{event.event_type}: [{', '.join(fields)}]}}")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "tracking plan: must be a YAML mapping"),
        ("- a", "tracking plan: must be a YAML mapping"),
        ("types: [", "tracking plan: line 1: is not valid YAML"),
        ("types: {a: any}\ntypes: {b: any}", "tracking plan: line 2: is not valid YAML: types stands there twice"),
        ("types: {? [a] : any}", "is not valid YAML"),
        ("a\x00b: c", "is not valid YAML"),
        ("[" * 1000, "is not valid YAML"),
        ("unplanned_types: flag", "tracking plan: types: is missing"),
        ("types: {}", "tracking plan: types: is missing"),
        (
            f"types: {{{VIEW}: any}}\nunplaned_types: flag",
            "unplaned_types: is no part of a tracking plan; did you mean",
        ),
        (
            f"types: {{{VIEW}: any}}\nunplanned_types: forbid",
            "unplanned_types: is 'forbid'; it can be block, flag, let",
        ),
        (f"types: {{{VIEW}: any}}\nunplanned_fields: [block]", "unplanned_fields: is ['block']; it can be"),
        ("types: {regulars.visit.page_vewed.v1: any}", f"is not in the catalogue; did you mean {VIEW}?"),
        ("types: {7: any}", "types.7: is not in the catalogue"),
        (f"types: {{{VIEW}: }}", f"types.{VIEW}: must be a list of fields, or any"),
        (f"types: {{{VIEW}: title}}", f"types.{VIEW}: must be a list of fields, or any"),
        (f"types: {{{VIEW}: [tittle]}}", f"types.{VIEW}.tittle: is not a field of this type; did you mean title?"),
        (f"types: {{{VIEW}: [[title]]}}", "is not a field of this type"),
    ],
)
def test_a_plan_with_a_mistake_says_where(text: str, sentence: str) -> None:
    """In one sentence, with the name that may have been meant."""
    with pytest.raises(BadPlan) as refused:
        parse(text)

    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_judging_costs_little() -> None:
    """It is asked for every event: what there is to know is worked out before the first one comes."""
    held = plan(f"{{{ORDER}: [channel]}}")
    data = order(channel="app", session="s-1")
    envelope = Envelope(
        id="e-1", source="urn:shop", time=datetime(2026, 3, 1, tzinfo=UTC), subject="customer:1", data=data
    )
    begun = time.thread_time()

    for _ in range(20_000):
        held.judge(envelope)

    assert timedelta(seconds=time.thread_time() - begun) < timedelta(seconds=1)  # it takes some 0.02 s
