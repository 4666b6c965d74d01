"""Consent: what customers allow us to do with what we know, and that they wish to be forgotten."""

from events.event import Event, Key, Label


class ConsentGiven(Event, type="regulars.consent.given.v1"):
    """A customer agreed to a purpose, on one channel or, if it is empty, on any; ``text_version`` is what they saw."""

    purpose: Key
    channel: Label = ""
    text_version: Label = ""
    source: Label = ""


class ConsentWithdrawn(Event, type="regulars.consent.withdrawn.v1"):
    """A customer took a consent back, on one channel or, if it is empty, on every."""

    purpose: Key
    channel: Label = ""
    reason: Label = ""
    source: Label = ""


class ErasureRequested(Event, type="regulars.consent.erasure_requested.v1"):
    """A customer wishes to be forgotten. ``by`` is who took the wish in."""

    by: Label = ""
    channel: Label = ""


class PersonErased(Event, type="regulars.consent.person_erased.v1"):
    """The personal data of the subject can no longer be read."""

    by: Label = ""


EVENTS = (ConsentGiven, ConsentWithdrawn, ErasureRequested, PersonErased)
