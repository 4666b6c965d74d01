"""Zendesk's events become complaints and contacts, from the examples of its reference."""

import pytest

from events.catalog.complaints import (
    ComplaintAnsweredByCustomer,
    ComplaintRaised,
    ComplaintReopened,
    ComplaintReplied,
    ComplaintResolved,
    ComplaintWaiting,
)
from events.catalog.contacts import ContactAnswered, ContactReceived
from events.catalog.customers import CustomerRegistered
from events.catalog.identity import IdentityLinked
from events.event import Event
from tests.services.translation.samples import Record, sample, translated

DESCRIPTION = "Customer is experiencing login issues with the mobile app"
REPLY = "We are investigating this issue and will update you shortly."
QUESTION: Record = {"type": "QUESTION", "tags": []}


def zendesk(name: str, detail: Record | None = None, /, **event: object) -> Record:
    """Return a sample with some details changed, and with another event inside."""
    record = sample(f"zendesk_{name}")
    return {**record, "detail": record["detail"] | (detail or {}), "event": record["event"] | event}


def comment(detail: Record | None = None, /, **changed: object) -> Record:
    """Return the sample of a comment with another comment inside."""
    said = sample("zendesk_comment_added")["event"]["comment"] | changed
    return zendesk("comment_added", detail, comment=said)


def said(record: Record) -> list[Event]:
    """Return what the events of a record say."""
    return [envelope.data for envelope in translated("zendesk", record, source="desk")]


def test_a_ticket_about_a_problem_is_a_complaint() -> None:
    """By the user who asked, when it was opened, to the microsecond."""
    (raised,) = translated("zendesk", zendesk("ticket_created"), source="desk")

    assert raised.data == ComplaintRaised(complaint="5158", channel="web_service", text=DESCRIPTION)
    assert (raised.id, raised.subject) == ("desk:cbe4028c-7239-495d-b020-f22348516046", "zendesk:8447388090494")
    assert raised.time.isoformat() == "2025-01-08T10:12:07.672717+00:00"


@pytest.mark.parametrize(
    ("kind", "tags", "complaint"),
    [
        ("INCIDENT", [], True),
        ("incident", [], True),
        ("QUESTION", ["complaint"], True),
        ("TASK", ["complaint"], True),
        (None, [], False),
        ("TASK", ["complaints"], False),
    ],
)
def test_the_type_or_a_tag_makes_a_complaint(kind: str | None, tags: list[str], complaint: bool) -> None:  # noqa: FBT001 - a column of the table
    """In capitals or not; everything else is a contact."""
    (event,) = said(zendesk("ticket_created", {"type": kind, "tags": tags}))

    assert isinstance(event, ComplaintRaised) == complaint
    assert isinstance(event, ContactReceived) != complaint


@pytest.mark.parametrize(
    ("kind", "tags", "bucket"),
    [
        ("QUESTION", [], "product_information"),
        ("TASK", [], "problem_resolution"),
        (None, None, "problem_resolution"),
        ("QUESTION", ["access_to_people"], "access_to_people"),
        ("TASK", ["vip", "access_to_process"], "access_to_process"),
        ("QUESTION", ["problem_resolution"], "problem_resolution"),
        ("TASK", ["product_information"], "product_information"),
    ],
)
def test_a_contact_is_for_one_of_four_things(kind: str | None, tags: list[str] | None, bucket: str) -> None:
    """A tag says which, else the type."""
    (event,) = said(zendesk("ticket_created", {"type": kind, "tags": tags}))

    assert isinstance(event, ContactReceived)
    assert (event.contact, event.bucket, event.question) == ("5158", bucket, DESCRIPTION)


def test_a_reply_of_staff_is_a_reply() -> None:
    """To a complaint or to a contact, which a ticket that is solved with it answers."""
    assert said(comment()) == [
        ComplaintReplied(complaint="5158", by="8447388090495", channel="web_service", text=REPLY)
    ]
    assert said(comment(QUESTION)) == [
        ContactAnswered(contact="5158", resolved=False, by="8447388090495", channel="web_service", text=REPLY)
    ]
    (solved,) = said(comment(QUESTION | {"status": "SOLVED"}))
    assert isinstance(solved, ContactAnswered)
    assert solved.resolved


def test_the_customer_s_word_in_a_complaint_is_an_answer() -> None:
    """In a contact it is no second one."""
    customer = {"id": "8447388090494", "is_staff": False, "name": "Ada"}

    assert said(comment(author=customer, body="Still broken.")) == [
        ComplaintAnsweredByCustomer(complaint="5158", channel="web_service", text="Still broken.")
    ]
    assert said(comment(QUESTION, author=customer, body="Thank you.")) == []


def test_notes_among_staff_and_the_description_say_nothing_new() -> None:
    """The customer never saw the one, and has told us the other."""
    assert said(comment(is_public=False)) == []
    assert said(comment(body=DESCRIPTION)) == []
    assert said(comment(body="")) == []


@pytest.mark.parametrize(
    ("previous", "current", "event"),
    [
        ("OPEN", "SOLVED", ComplaintResolved(complaint="5158", by="8447388090494")),
        ("open", "solved", ComplaintResolved(complaint="5158", by="8447388090494")),
        ("OPEN", "PENDING", ComplaintWaiting(complaint="5158", by="8447388090494")),
        ("SOLVED", "OPEN", ComplaintReopened(complaint="5158")),
        ("SOLVED", "CLOSED", None),
        ("NEW", "OPEN", None),
    ],
)
def test_a_status_tells_how_a_complaint_stands(previous: str, current: str, event: Event | None) -> None:
    """What is solved is closed after some days by itself, and that is no news."""
    found = said(zendesk("status_changed", current=current, previous=previous))

    assert found == ([event] if event else [])


def test_a_contact_that_is_solved_is_answered() -> None:
    """Whatever else becomes of it."""
    assert said(zendesk("status_changed", QUESTION)) == [ContactAnswered(contact="5158", by="8447388090494")]
    assert said(zendesk("status_changed", QUESTION, current="PENDING")) == []


def test_a_new_end_user_is_registered_and_linked_to_our_customer() -> None:
    """By the external id, where there is one; staff are no customers."""
    (alone,) = translated("zendesk", zendesk("user_created"))
    known, linked = translated("zendesk", zendesk("user_created", {"external_id": "42"}))

    assert alone.data == known.data == CustomerRegistered(email="[email protected]")
    assert alone.subject == known.subject == "zendesk:6596848315901"
    assert (linked.subject, linked.data) == (
        "customer:42",
        IdentityLinked(identifier="zendesk:6596848315901", basis="zendesk"),
    )
    assert said(zendesk("user_created", {"role": "agent"})) == []


@pytest.mark.parametrize("kind", ["ticket.priority_changed", "organization.created", "article.published"])
def test_other_events_are_nothing_to_us(kind: str) -> None:
    """A webhook may be subscribed to more than we make of it."""
    assert said(zendesk("ticket_created") | {"type": f"zen:event-type:{kind}"}) == []
