"""What is written down of a customer: each a fact of its own, which says something, of somebody who is known."""

import pytest

from events.catalog.contacts import Bucket, ContactAnswered, ContactMade, ContactReceived
from events.catalog.customers import CustomerRegistered, NeedStated, NoteTaken, PreferenceStated
from events.event import Event
from services.desk.customer_word import (
    AnswerContact,
    MakeContact,
    StateNeed,
    StatePreference,
    TakeContact,
    TakeNote,
)
from services.desk.deciding import Command
from tests.services.desk.house import House

WHO = "customer:w1"
BUCKET: Bucket = "problem_resolution"


@pytest.fixture(scope="module", autouse=True)
def _known(house: House) -> None:
    house.tell(CustomerRegistered(), ContactReceived(contact="asked-1", bucket=BUCKET), by=WHO)


@pytest.mark.parametrize(
    ("command", "fact"),
    [
        (TakeNote(text="Corner table."), NoteTaken(text="Corner table.", by="boss")),
        (
            TakeContact(bucket=BUCKET, channel="phone", question="Where?", contact="c-1"),
            ContactReceived(contact="c-1", bucket=BUCKET, channel="phone", question="Where?"),
        ),
        (
            AnswerContact(contact="asked-1", text="Here.", resolved=True),
            ContactAnswered(contact="asked-1", resolved=True, by="boss", text="Here."),
        ),
        (MakeContact(purpose="thank_you", contact="m-1"), ContactMade(contact="m-1", purpose="thank_you", by="boss")),
        (
            StatePreference(stance="likes", topic="table", about="by the window"),
            PreferenceStated(topic="table", stance="likes", about="by the window"),
        ),
        (StateNeed(need="quiet", detail="Hard of hearing."), NeedStated(need="quiet", detail="Hard of hearing.")),
    ],
)
def test_what_is_written_down_is_a_fact(house: House, command: Command, fact: Event) -> None:
    """It tells who wrote it, where the event does."""
    assert house.give("customer", WHO, command) == [fact]


def test_a_contact_without_a_key_has_that_of_the_customer_and_the_time(house: House) -> None:
    """So that it can be answered."""
    (made,) = house.give("customer", WHO, TakeContact(bucket=BUCKET))

    assert made == ContactReceived(contact="customer:w1@20260302T090000", bucket=BUCKET)


@pytest.mark.parametrize(
    ("who", "command", "code", "words"),
    [
        (WHO, TakeNote(text="  "), "nothing_said", "A note says something"),
        (WHO, MakeContact(purpose=" "), "nothing_said", "say what for"),
        (WHO, StatePreference(stance="likes", topic=" "), "nothing_said", "say of what"),
        (WHO, StateNeed(need=" "), "nothing_said", "step_free_access"),
        (WHO, TakeContact(bucket=BUCKET, contact="asked-1"), "contact_known", "was written down before"),
        (WHO, AnswerContact(contact="never"), "contact_unknown", "write the contact down first"),
        ("customer:nobody", TakeNote(text="Hm."), "unknown_customer", "Nothing is known of customer:nobody"),
    ],
)
def test_what_makes_no_sense_is_refused(house: House, who: str, command: Command, code: str, words: str) -> None:
    """Each in a sentence that says what to do instead."""
    refused = house.refuses("customer", who, command)

    assert refused[0] == code
    assert words in refused[1]
