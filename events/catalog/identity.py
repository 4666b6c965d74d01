"""Identity: which identifiers are one person.

Each event is an edge: the envelope's subject is one end, the field is the other. Edges have no direction.
"""

from events.envelope import Subject
from events.event import Event, Label


class IdentityLinked(Event, type="regulars.identity.linked.v1"):
    """Two identifiers were seen to be one person. ``basis`` says how: ``login``, ``card``, ``form``."""

    identifier: Subject
    basis: Label = ""


class IdentityUnlinked(Event, type="regulars.identity.unlinked.v1"):
    """Two identifiers are not one person after all: the link between them is taken back."""

    identifier: Subject
    reason: Label = ""
    by: Label = ""


class MergeConfirmed(Event, type="regulars.identity.merge_confirmed.v1"):
    """A member of staff confirmed a suggestion: two customers are one person."""

    other: Subject
    by: Label = ""


class MergeRefused(Event, type="regulars.identity.merge_refused.v1"):
    """A member of staff refused a suggestion: two customers are two people."""

    other: Subject
    by: Label = ""


EVENTS = (IdentityLinked, IdentityUnlinked, MergeConfirmed, MergeRefused)
