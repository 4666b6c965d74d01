"""How a thing stands is shown as JSON, by the API and the command line: every aggregate's state can be."""

from typing import Any

import msgspec
import pytest

from events.catalog.customers import CustomerRegistered
from services.desk.aggregates import BY_NAME
from services.desk.contact_plan import Plan, Planned
from services.desk.deciding import Command
from services.desk.identity_decision import Refuse
from services.desk.identity_link import Link
from services.desk.ownership import Assign
from services.desk.policy import Publish
from services.desk.portfolio import ArrangeCover, Open, SetAuthority
from tests.services.desk.house import TODAY, House

DECIDED: tuple[tuple[str, str, Command], ...] = (
    ("portfolio", "s-bob", Open()),
    ("portfolio", "s-ann", Open(name="Ann")),
    ("portfolio", "s-ann", SetAuthority(limit_minor=100, currency="GBP")),
    ("portfolio", "s-ann", ArrangeCover(cover="s-bob", first_day=TODAY, last_day=TODAY)),
    ("ownership", "customer:s1", Assign(manager="s-ann")),
    ("contact-plan", "2026:customer:s1", Plan(contacts=(Planned(contact="k", due_on=TODAY),))),
    ("identity-decision", "customer:s1~customer:s2", Refuse()),
    ("identity-link", "customer:s2", Link(identifier="card:s")),
    ("policy", "contact_limit.s", Publish(content={"most": "2"})),
)


@pytest.fixture(scope="module")
def shown(house: House) -> dict[str, Any]:
    """Return the states of things that were decided on, as JSON says them."""
    for number in (1, 2):
        house.tell(CustomerRegistered(), by=f"customer:s{number}")
    for aggregate, name, command in DECIDED:
        house.give(aggregate, name, command)
    told = {name: house.state(aggregate, name) for aggregate, name, _ in DECIDED}
    return {name: msgspec.json.decode(msgspec.json.encode(state)) for name, state in told.items()}


def test_a_state_is_json_and_says_whose_it_is(shown: dict[str, Any]) -> None:
    """And when each word of it was said."""
    assert {name: state["id"] for name, state in shown.items()} == {name: name for name in shown}
    assert shown["s-ann"]["limits"]["GBP"] == {"at": "2026-03-02T09:00:00Z", "value": 100}
    assert shown["s-ann"]["arranged"]["2026-03-02"]["value"]["cover"] == "s-bob"
    assert shown["2026:customer:s1"]["contacts"]["k"]["due"]["value"] == "2026-03-02"


@pytest.mark.parametrize("name", BY_NAME)
def test_of_whom_nothing_is_known_there_is_a_state_as_well(house: House, name: str) -> None:
    """It is the one that everything begins with, so that one can tell that nothing is known."""
    assert house.state(name, "nobody") == BY_NAME[name].begin("nobody")
