"""What a simulated history says: the events of one class, and a few facts that several tests ask for."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from events.catalog.complaints import ComplaintRaised, ComplaintReplied
from events.catalog.identity import IdentityLinked, IdentityUnlinked
from events.catalog.searches import SearchPerformed
from events.envelope import Envelope
from events.event import Event

E = TypeVar("E", bound=Event)


def told(history: Iterable[Envelope], event: type[E]) -> list[tuple[Envelope, E]]:
    """Return the events of a class, each with its envelope, in the order in which they are given."""
    return [(envelope, envelope.data) for envelope in history if isinstance(envelope.data, event)]


def searched_in_vain(history: Iterable[Envelope]) -> list[tuple[Envelope, str]]:
    """Return the searches that found nothing, each as it was typed."""
    return [(envelope, search.query) for envelope, search in told(history, SearchPerformed) if not search.result_count]


def plainly(query: str) -> str:
    """Return a search as it counts, however it was typed."""
    return " ".join(query.casefold().split())


def complaints(history: list[Envelope]) -> dict[str, tuple[Envelope, datetime | None]]:
    """Return each complaint's first event, and when it was first answered."""
    replied: dict[str, datetime] = {}
    for envelope, reply in told(history, ComplaintReplied):
        replied.setdefault(reply.complaint, envelope.time)
    return {
        raised.complaint: (envelope, replied.get(raised.complaint))
        for envelope, raised in told(history, ComplaintRaised)
    }


def owners(life: list[Envelope]) -> dict[str, str]:
    """Return the customer of each anonymous identifier that is one customer's alone, and stands for somebody."""
    linked = defaultdict(set)
    for envelope, link in told(life, IdentityLinked):
        linked[link.identifier].add(envelope.subject)
    for envelope, unlink in told(life, IdentityUnlinked):
        linked[unlink.identifier].discard(envelope.subject)
    return {
        identifier: min(subjects)
        for identifier, subjects in linked.items()
        if len(subjects) == 1 and identifier != "visitor:undefined"
    }
