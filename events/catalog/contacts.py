"""Contacts: customers turn to us for one of four things, and we to them as the year's plan says."""

from datetime import date
from typing import Literal

from events.event import Event, Key, Label, Personal, Text

Bucket = Literal["product_information", "problem_resolution", "access_to_people", "access_to_process"]
"""What a customer wants when they turn to us."""


class ContactReceived(Event, type="regulars.contact.received.v1"):
    """A customer turned to us. ``order`` and ``product`` are what it was about, where that is known."""

    contact: Key
    bucket: Bucket
    channel: Label = ""
    order: Label = ""
    product: Label = ""
    question: Personal[Text] = ""
    store: Label = "web"


class ContactAnswered(Event, type="regulars.contact.answered.v1"):
    """We replied to a contact. ``resolved`` says whether the customer's question was answered by it."""

    contact: Key
    resolved: bool = True
    by: Label = ""
    channel: Label = ""
    text: Personal[Text] = ""


class ContactPlanned(Event, type="regulars.contact.planned.v1"):
    """We mean to contact a customer by a day. ``plan`` is the year's plan that asks for ``contact``."""

    plan: Key
    contact: Key
    due_on: date
    purpose: Label = ""
    channel: Label = ""
    by: Label = ""


class ContactMade(Event, type="regulars.contact.made.v1"):
    """We contacted a customer of our own accord; without ``plan`` nobody had planned it."""

    contact: Key
    plan: Label = ""
    purpose: Label = ""
    channel: Label = ""
    by: Label = ""
    text: Personal[Text] = ""


class ContactSkipped(Event, type="regulars.contact.skipped.v1"):
    """We left a planned contact out, for a reason such as ``complaint_open``."""

    plan: Key
    contact: Key
    reason: Label = ""
    by: Label = ""


EVENTS = (ContactReceived, ContactAnswered, ContactPlanned, ContactMade, ContactSkipped)
