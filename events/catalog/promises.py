"""Promises: what we said that we would do by when, and whether we did. The subject is whom we promised it to."""

from events.catalog.parts import Moment
from events.event import Event, Key, Label


class PromiseMade(Event, type="regulars.promise.made.v1"):
    """We promised something. ``kind`` is a code such as ``answer``, ``about`` what it is for, as ``complaint:c-1``."""

    promise: Key
    kind: Key
    due_at: Moment
    about: Label = ""
    store: Label = ""
    by: Label = ""


class PromiseMoved(Event, type="regulars.promise.moved.v1"):
    """A promise is due at another time, such as after we waited for the customer. ``reason`` is a code."""

    promise: Key
    due_at: Moment
    reason: Label = ""
    by: Label = ""


class PromiseKept(Event, type="regulars.promise.kept.v1"):
    """We did in time what we had promised."""

    promise: Key
    by: Label = ""


class PromiseBroken(Event, type="regulars.promise.broken.v1"):
    """The time was over, and we had not done it; it may have been done later all the same."""

    promise: Key
    by: Label = ""


EVENTS = (PromiseMade, PromiseMoved, PromiseKept, PromiseBroken)
