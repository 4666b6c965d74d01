"""A complaint case by its rules alone: however it is told, and whatever is asked of it."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from events.catalog.complaints import (
    ComplaintEscalated,
    ComplaintRaised,
    ComplaintReopened,
    ComplaintReplied,
    ComplaintResolved,
)
from events.envelope import Envelope
from events.event import Event
from services.desk.complaint import (
    COMPLAINT,
    Acknowledge,
    Confirm,
    CustomerAnswered,
    Escalate,
    Raise,
    Rate,
    Reopen,
    Reply,
    Resolve,
    WaitForCustomer,
)
from services.desk.complaint_case import Case
from services.desk.deciding import Aggregate, Command, Refused, S, Setting
from services.desk.gesture import OfferGesture
from services.installation import Connection
from tests.services.desk.house import NOW

RAISE = Raise(subject="customer:42", cause="late")


FACTS: Sequence[Event] = (
    ComplaintRaised(complaint="c"),
    ComplaintReplied(complaint="c"),
    ComplaintResolved(complaint="c"),
    ComplaintReopened(complaint="c"),
    ComplaintEscalated(complaint="c", to="boss"),
)


@given(st.permutations(range(len(FACTS))))
def test_the_order_of_telling_does_not_matter(order: Sequence[int]) -> None:
    """What others said is heard before the desk's own facts, whenever it happened."""
    told = [
        Envelope(id=f"e-{place}", source="urn:x", time=NOW + timedelta(minutes=place), subject="customer:1", data=fact)
        for place, fact in enumerate(FACTS)
    ]

    state = Case("c")
    for place in order:
        state = COMPLAINT.evolve(state, told[place])

    assert [step.event for step in state.steps] == ["e-0", "e-1", "e-2", "e-3", "e-4"]
    assert (state.standing.resolved, state.standing.replied, state.standing.passed_to) == (False, False, "boss")


COMMANDS = (
    *(RAISE, Acknowledge(), Reply(), WaitForCustomer(), CustomerAnswered(), OfferGesture(kind="apology"), Resolve()),
    *(Confirm(), Reopen(), Escalate(to="boss"), Rate(rating=3)),
)


@given(st.lists(st.sampled_from(COMMANDS), max_size=12))
def test_no_way_leads_around_the_rules(commands: Sequence[Command]) -> None:
    """Whatever is asked in whatever order: between opening and resolving there is a reply, and a reopening follows."""
    state, kinds = Case("c"), []
    for number, command in enumerate(commands):
        setting = Setting("c", "anna", NOW, _nothing(), _nobody)
        try:
            facts = command.decide(state, setting)
        except Refused:
            continue
        for fact in facts:
            at = fact.at or NOW
            state = COMPLAINT.evolve(
                state, Envelope(id=f"e-{number:02}", source="urn:x", time=at, subject=fact.subject, data=fact.data)
            )
            kinds.append(state.steps[-1].kind)

    assert kinds == [step.kind for step in state.steps]
    assert kinds.count("raised") == min(1, len(kinds))
    open_, replied = True, False
    for kind in kinds:
        assert kind != "resolved" or (open_ and replied)
        assert kind != "reopened" or not open_
        replied = kind == "replied" or (replied and kind != "reopened")
        open_ = kind == "reopened" or (open_ and kind != "resolved")


def _nothing() -> Connection:
    """Return no connection: what is tested here asks none."""
    return None  # type: ignore[return-value]


def _nobody(aggregate: Aggregate[S], name: str, /) -> S:
    raise AssertionError(aggregate, name)
