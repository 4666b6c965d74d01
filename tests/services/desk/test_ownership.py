"""Who looks after a customer: assigned once, then handed over with notes, to somebody who does look after customers."""

import pytest

from events.catalog.customers import ManagerAssigned
from services.desk.deciding import Command
from services.desk.ownership import Assign, HandOver
from services.desk.portfolio import Open
from tests.services.desk.house import DAY, NOW, House


@pytest.fixture(scope="module", autouse=True)
def _staff(house: House) -> None:
    for name in ("o-ann", "o-bob"):
        house.give("portfolio", name, Open())


def test_a_customer_is_assigned_and_handed_over(house: House) -> None:
    """Both are one fact, which tells the note; to whoever has them already, nothing happens."""
    assigned = house.give("ownership", "customer:o1", Assign(manager="o-ann", reason="new"))
    again = house.give("ownership", "customer:o1", Assign(manager="o-ann"))
    handed = house.give("ownership", "customer:o1", HandOver(to="o-bob", note="Rings before ten."), by="o-ann")
    once_more = house.give("ownership", "customer:o1", HandOver(to="o-bob", note=""))

    assert assigned == [ManagerAssigned(manager="o-ann", by="boss", reason="new")]
    assert handed == [ManagerAssigned(manager="o-bob", by="o-ann", reason="hand_over", note="Rings before ten.")]
    assert (again, once_more, house.state("ownership", "customer:o1").manager) == ([], [], "o-bob")


@pytest.mark.parametrize(
    ("customer", "command", "code", "words"),
    [
        ("customer:o2", Assign(manager="o-bob"), "has_manager", "hand them over, with notes for o-bob"),
        ("customer:o2", Assign(manager="o-nobody"), "has_manager", "o-ann looks after customer:o2"),
        ("customer:o2", HandOver(to="o-bob", note=" \n"), "no_note", "write what o-bob should know"),
        ("customer:o2", HandOver(to="o-nobody", note="Hm."), "portfolio_not_open", "open their portfolio first"),
        ("customer:o3", HandOver(to="o-bob", note="Hm."), "no_manager", "assign them to o-bob instead"),
        ("customer:o3", Assign(manager="o-nobody"), "portfolio_not_open", "o-nobody looks after no customers"),
        ("o3", Assign(manager="o-ann"), "invalid_field", "subject"),
    ],
)
def test_what_makes_no_sense_is_refused(house: House, customer: str, command: Command, code: str, words: str) -> None:
    """A customer has one who looks after them, and nobody takes over without a word."""
    house.give("ownership", "customer:o2", Assign(manager="o-ann"))

    refused = house.refuses("ownership", customer, command)

    assert refused[0] == code
    assert words in refused[1]


def test_who_was_put_in_charge_by_others_has_the_customer(house: House) -> None:
    """What is on the log counts as what is said here, the last word of both."""
    house.tell(ManagerAssigned(manager="o-ann"), by="customer:o4")

    refused = house.refuses("ownership", "customer:o4", Assign(manager="o-bob"))
    handed = house.give("ownership", "customer:o4", HandOver(to="o-bob", note="See the file."))
    house.tell(ManagerAssigned(manager="o-cid"), by="customer:o4", at=NOW + DAY)

    assert (refused[0], len(handed)) == ("has_manager", 1)
    assert house.state("ownership", "customer:o4").manager == "o-cid"
