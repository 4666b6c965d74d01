"""Whether two customers are one person: one decision for both, and none is turned without saying why."""

import pytest

from events.catalog.customers import CustomerRegistered
from events.catalog.identity import IdentityUnlinked, MergeConfirmed, MergeRefused
from services.desk.deciding import Command
from services.desk.identity_decision import Confirm, Refuse, Split, pair
from tests.services.desk.house import DAY, NOW, House


@pytest.fixture(scope="module", autouse=True)
def _customers(house: House) -> None:
    for number in range(1, 8):
        house.tell(CustomerRegistered(name="Ada"), by=f"customer:i{number}")


def test_a_merge_is_confirmed_and_taken_back(house: House) -> None:
    """And confirmed again; what is so already comes to nothing."""
    name = pair("customer:i2", "customer:i1")

    merged = house.give("identity-decision", name, Confirm())
    again = house.give("identity-decision", name, Confirm())
    split = house.give("identity-decision", name, Split(reason="namesakes"))
    anew = house.give("identity-decision", name, Confirm())

    assert name == "customer:i1~customer:i2"
    assert merged == [MergeConfirmed(other="customer:i2", by="boss")]
    assert split == [IdentityUnlinked(identifier="customer:i2", reason="namesakes", by="boss")]
    assert (again, len(anew)) == ([], 1)


def test_who_was_said_to_be_two_is_one_for_a_reason_only(house: House) -> None:
    """The refusal is taken back with it, so that the reason is on the log."""
    name = pair("customer:i3", "customer:i4")

    refused = house.give("identity-decision", name, Refuse())
    again = house.give("identity-decision", name, Refuse())
    why = house.refuses("identity-decision", name, Confirm())
    merged = house.give("identity-decision", name, Confirm(reason="one_passport"))

    assert refused == [MergeRefused(other="customer:i4", by="boss")]
    assert again == []
    assert why[0] == "was_refused"
    assert "say in reason why they are one after all" in why[1]
    assert merged == [
        IdentityUnlinked(identifier="customer:i4", reason="one_passport", by="boss"),
        MergeConfirmed(other="customer:i4", by="boss"),
    ]
    assert house.state("identity-decision", name).decision == "confirmed"


@pytest.mark.parametrize(
    ("name", "command", "code", "words"),
    [
        ("customer:i6~customer:i5", Confirm(), "pair_reversed", "write customer:i5~customer:i6"),
        ("customer:i5~visitor:7", Confirm(), "no_pair", "names no two customers"),
        ("customer:i5~customer:i5", Confirm(), "no_pair", "names no two customers"),
        ("customer:i5", Refuse(), "no_pair", "customer:13~customer:42"),
        ("customer:i5~customer:who", Refuse(), "unknown_customer", "Nothing is known of customer:who"),
        ("customer:i5~customer:i6", Split(reason="oops"), "not_merged", "nothing to split"),
        ("customer:i6~customer:i7", Split(reason=""), "no_reason", "such as namesakes"),
        ("customer:i6~customer:i7", Refuse(), "is_merged", "split them, and say why"),
    ],
)
def test_what_makes_no_sense_is_refused(house: House, name: str, command: Command, code: str, words: str) -> None:
    """Two known customers, the lesser first; who is merged is split with a reason."""
    house.give("identity-decision", "customer:i6~customer:i7", Confirm())

    refused = house.refuses("identity-decision", name, command)

    assert refused[0] == code
    assert words in refused[1]


def test_what_others_decided_counts(house: House) -> None:
    """Another system refused it before, and confirms it later."""
    name = pair("customer:i1", "customer:i7")
    house.tell(MergeRefused(other="customer:i1"), by="customer:i7")

    why = house.refuses("identity-decision", name, Confirm())
    house.tell(MergeConfirmed(other="customer:i7"), by="customer:i1", at=NOW + DAY)

    assert why[0] == "was_refused"
    assert house.state("identity-decision", name).decision == "confirmed"
