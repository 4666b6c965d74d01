"""A customer's contacts of a year's plan: planned, put off, left out for a reason, or made.

Its id is the plan and the customer, as ``2026:customer:42``; ``id_of`` writes it. How a plan comes to everybody in a
segment is in ``planning``.

The awkward half: a day is one of UTC, so that late in the evening far west a contact of today is one of yesterday.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from events.catalog.contacts import ContactMade, ContactPlanned, ContactSkipped
from events.event import Key, Label, Text
from services.desk.contact_plan_state import Contact, ContactPlan, evolve, heard
from services.desk.deciding import Aggregate, Command, Fact, Refused, Setting

NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
MOST_CONTACTS = 100
A_YEAR = timedelta(days=366)


class Planned(Struct, frozen=True, forbid_unknown_fields=True):
    """A contact to be planned, by which day it is due, what for and how."""

    contact: Key
    due_on: date
    purpose: Label = ""
    channel: Label = ""


class Plan(Command, frozen=True, kw_only=True):
    """Plan contacts with a customer. ``seen_to_by`` is who makes them, if it is not who plans them.

    With ``keep`` a contact that is planned for another day already stays so.
    """

    contacts: Annotated[tuple[Planned, ...], Meta(min_length=1, max_length=MOST_CONTACTS)]
    seen_to_by: Label = ""
    keep: bool = False

    def decide(self, state: ContactPlan, setting: Setting) -> Sequence[Fact]:
        """Each once, on a day to come, and all of them within a year; all of them or none."""
        _proper(state)
        names = [each.contact for each in self.contacts]
        if twice := next((name for name in names if names.count(name) > 1), ""):
            message = f"Contact {twice} stands there twice: give each contact a key of its own."
            raise Refused("planned_twice", message, field="contacts")
        new = [each for each in self.contacts if not _planned_so(state, each, keep=self.keep)]
        for each in new:
            _no_past(each.due_on, setting.now.date())
        _within_a_year(state, [each.due_on for each in new])
        return [self._fact(state, each, self.seen_to_by or setting.actor) for each in new]

    @staticmethod
    def _fact(state: ContactPlan, each: Planned, by: str) -> Fact:
        planned = ContactPlanned(
            plan=state.plan,
            contact=each.contact,
            due_on=each.due_on,
            purpose=each.purpose,
            channel=each.channel,
            by=by,
        )
        return Fact(state.subject, planned)


class Adjust(Command, frozen=True, kw_only=True):
    """Put a planned contact off, or bring it forward. ``seen_to_by`` is who makes it, if it is not who says so."""

    contact: Key
    due_on: date
    seen_to_by: Label = ""

    def decide(self, state: ContactPlan, setting: Setting) -> Sequence[Fact]:
        """Only while it is open, and only to a day to come."""
        held = _planned(state, self.contact)
        if held.due is not None and held.due.value == self.due_on:
            return []
        _be_open(self.contact, held, "be moved")
        _no_past(self.due_on, setting.now.date())
        _within_a_year(state, [self.due_on], without=self.contact)
        planned = ContactPlanned(
            plan=state.plan,
            contact=self.contact,
            due_on=self.due_on,
            purpose=held.purpose,
            channel=held.channel,
            by=self.seen_to_by or setting.actor,
        )
        return [Fact(state.subject, planned)]


class Skip(Command, frozen=True, kw_only=True):
    """Leave a planned contact out, for a reason."""

    contact: Key
    reason: Label

    def decide(self, state: ContactPlan, setting: Setting) -> Sequence[Fact]:
        """Only while it is open, and never without a reason."""
        held = _planned(state, self.contact)
        if held.skipped is not None and held.made is None:
            return []
        _be_open(self.contact, held, "be left out")
        if not self.reason.strip():
            message = "A contact is left out for a reason: say which, such as complaint_open."
            raise Refused("no_reason", message, field="reason")
        skipped = ContactSkipped(plan=state.plan, contact=self.contact, reason=self.reason, by=setting.actor)
        return [Fact(state.subject, skipped)]


class Record(Command, frozen=True, kw_only=True):
    """Say that a planned contact was made, now; also one that had been left out."""

    contact: Key
    channel: Label = ""
    text: Text = ""

    def decide(self, state: ContactPlan, setting: Setting) -> Sequence[Fact]:
        """It is made once."""
        held = _planned(state, self.contact)
        if held.made is not None:
            return []
        made = ContactMade(
            contact=self.contact,
            plan=state.plan,
            purpose=held.purpose,
            channel=self.channel or held.channel,
            by=setting.actor,
            text=self.text,
        )
        return [Fact(state.subject, made)]


def _proper(state: ContactPlan) -> None:
    if NAME.fullmatch(state.plan) is None or ":" not in state.subject:
        message = f"{state.id!r} names no plan and customer: write such as 2026:customer:42, the plan's name first."
        raise Refused("no_plan_and_customer", message, field="id")


def _planned(state: ContactPlan, contact: str) -> Contact:
    _proper(state)
    if (held := state.contacts.get(contact)) is None or held.due is None:
        there = ", ".join(sorted(state.contacts)) or "none"
        message = f"No contact {contact} is planned with {state.subject} in {state.plan}; there are: {there}."
        raise Refused("no_such_contact", message, field="contact")
    return held


def _be_open(contact: str, held: Contact, what: str) -> None:
    if held.made is not None:
        message = f"Contact {contact} was made on {held.made:%Y-%m-%d}, and cannot {what}: plan another one."
        raise Refused("was_made", message, field="contact")
    if held.skipped is not None:
        message = f"Contact {contact} was left out on {held.skipped:%Y-%m-%d}, and cannot {what}: plan another one."
        raise Refused("was_skipped", message, field="contact")


def _planned_so(state: ContactPlan, wanted: Planned, *, keep: bool) -> bool:
    """Return whether a contact is planned already. Raises Refused where it is for another day that nobody keeps."""
    held = state.contacts.get(wanted.contact)
    if held is None or held.due is None:
        return False
    if held.due.value != wanted.due_on and not keep:
        message = f"Contact {wanted.contact} is planned for {held.due.value} already: adjust it instead."
        raise Refused("planned_before", message, field="contacts")
    return True


def _no_past(day: date, today: date) -> None:
    if day < today:
        message = f"Nobody can be contacted on {day} any more: choose a day from {today} on."
        raise Refused("in_the_past", message, field="due_on")


def _within_a_year(state: ContactPlan, days: Sequence[date], without: str = "") -> None:
    there = [held.due.value for name, held in state.contacts.items() if held.due is not None and name != without]
    begin, end = min([*there, *days], default=date.min), max([*there, *days], default=date.min)
    if end - begin > A_YEAR:
        message = f"{state.plan} would reach from {begin} to {end}: a plan is a year's, so begin another one."
        raise Refused("longer_than_a_year", message, field="due_on")


COMMANDS = (Plan, Adjust, Skip, Record)
CONTACT_PLAN = Aggregate(
    "contact-plan", "The contacts of a year's plan with a customer.", ContactPlan, evolve, COMMANDS, heard
)
