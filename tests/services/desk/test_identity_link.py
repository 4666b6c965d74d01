"""Which identifiers are a customer's: linked once, never somebody else's, and taken back for a reason."""

import pytest

from events.catalog.customers import CustomerRegistered
from events.catalog.identity import IdentityLinked, IdentityUnlinked
from services.desk.deciding import Command
from services.desk.identity_link import Link, Unlink
from tests.services.desk.house import DAY, NOW, House


@pytest.fixture(scope="module", autouse=True)
def _known(house: House) -> None:
    for number in (1, 2):
        house.tell(CustomerRegistered(), by=f"customer:l{number}")
    house.tell(IdentityLinked(identifier="card:of-two"), by="customer:l2")


def test_an_identifier_is_linked_and_taken_back(house: House) -> None:
    """Twice is once; after it was taken back it can be linked again."""
    linked = house.give("identity-link", "customer:l1", Link(identifier="card:a", basis="card"))
    again = house.give("identity-link", "customer:l1", Link(identifier="card:a"))
    back = house.give("identity-link", "customer:l1", Unlink(identifier="card:a", reason="lost"), at=NOW + DAY)
    once_more = house.give("identity-link", "customer:l1", Link(identifier="card:a"), at=NOW + 2 * DAY)

    assert linked == [IdentityLinked(identifier="card:a", basis="card")]
    assert (again, back) == ([], [IdentityUnlinked(identifier="card:a", reason="lost", by="boss")])
    assert once_more == [IdentityLinked(identifier="card:a", basis="desk")]


@pytest.mark.parametrize(
    ("customer", "command", "code", "words"),
    [
        ("customer:l1", Link(identifier="card:of-two"), "somebody_elses", "card:of-two is customer:l2's"),
        ("customer:l1", Link(identifier="customer:l2"), "is_customer", "say that the two are one person instead"),
        ("customer:l1", Link(identifier="customer:l1"), "same_identifier", "the customer themself"),
        ("customer:l1", Link(identifier="visitor:null"), "is_nobody", "stands for nobody"),
        ("customer:l1", Unlink(identifier="card:never", reason="lost"), "not_linked", "nothing to take back"),
        ("customer:l2", Unlink(identifier="card:of-two", reason=" "), "no_reason", "such as shared_device"),
        ("customer:nobody", Link(identifier="card:b"), "unknown_customer", "Nothing is known of customer:nobody"),
        ("visitor:v", Link(identifier="card:b"), "no_customer", "is no customer"),
    ],
)
def test_what_makes_no_sense_is_refused(house: House, customer: str, command: Command, code: str, words: str) -> None:
    """Each in a sentence that says what to do instead."""
    refused = house.refuses("identity-link", customer, command)

    assert refused[0] == code
    assert words in refused[1]


def test_what_others_linked_counts(house: House) -> None:
    """The last word on two identifiers, by whomever."""
    house.tell(IdentityLinked(identifier="visitor:x"), by="customer:l1")

    assert house.give("identity-link", "customer:l1", Link(identifier="visitor:x")) == []
    assert len(house.give("identity-link", "customer:l1", Unlink(identifier="visitor:x", reason="shared"))) == 1
