"""The past: a subject's rows as of an instant or an offset vector, folded from exactly the events up to there.

Two clocks, always named. *Known at*: what the log had recorded by then, so what we could have known. *Happened by*:
what had happened by then in the events' own time, also if we heard of it later. The person is resolved as of the same
point.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from events.catalog import EVENTS
from events.codec import Codec
from events.envelope import Envelope
from events.errors import BadEvent
from events.event import newest
from events.log import Record
from projections._engine import person_table, persons, reference
from projections._engine.declaration import Projection
from projections._engine.persons import Edge
from projections._engine.reference import States
from projections._engine.registry import Connection

# A subject's records, from the subject index of the log.
OF_SUBJECTS = """
SELECT partition, "offset", recorded_at, subject, value FROM projection.timeline
 WHERE subject = ANY (%(subjects)s) AND (%(types)s::text[] IS NULL OR type = ANY (%(types)s))
 ORDER BY partition, "offset"
"""


class Fact(NamedTuple):
    """A record with what it decodes to."""

    record: Record
    envelope: Envelope


class KnownAt(NamedTuple):
    """Up to what the log had recorded at an instant."""

    instant: datetime

    def holds(self, fact: Fact) -> bool:
        """Return whether a fact belongs to this past."""
        return fact.record.recorded_at <= self.instant


class HappenedBy(NamedTuple):
    """Up to what had happened by an instant."""

    instant: datetime

    def holds(self, fact: Fact) -> bool:
        """Return whether a fact belongs to this past."""
        return fact.envelope.time <= self.instant


class AtPositions(NamedTuple):
    """Up to an offset vector."""

    positions: Mapping[int, int]

    def holds(self, fact: Fact) -> bool:
        """Return whether a fact belongs to this past."""
        return fact.record.offset < self.positions.get(fact.record.partition, 0)


Until = KnownAt | HappenedBy | AtPositions


class Past(NamedTuple):
    """One person as of a point: the identifiers, the facts, and the rows of each personal projection."""

    person: str
    identifiers: list[str]
    facts: list[Fact]
    states: dict[str, States]


def as_of(connection: Connection, projections: Sequence[Projection], subject: str, until: Until | None = None) -> Past:
    """Return a person's rows as of a point, or as of now. A subject that nobody mentions has no facts."""
    person, identifiers = _person(connection, projections, subject, until)
    own = facts_of(connection, identifiers, until)
    states = {
        projection.name: reference.as_person(projection, folded(projection, own), person)
        for projection in projections
        if projection.personal and projection.handlers()
    }
    return Past(person, sorted(identifiers), own, states)


def folded(projection: Projection, facts: Iterable[Fact]) -> States:
    """Return the rows of facts; those that the projection cannot fold are parked, and count for nothing."""
    states: States = {}
    for fact in facts:
        try:
            rows = reference.deltas(projection, fact.envelope)
        except Exception:  # noqa: BLE001, S112 - the pump parks what a fold cannot take; dead letters show it
            continue
        reference.merge_into(projection, states, fact.envelope, rows)
    return states


def facts_of(
    connection: Connection, subjects: Iterable[str], until: Until | None = None, types: Sequence[str] | None = None
) -> list[Fact]:
    """Return what the log holds of these subjects, in log order, up to a point; of some event types, or of all."""
    decode = Codec().decode
    facts: list[Fact] = []
    rows = connection.execute(OF_SUBJECTS, {"subjects": list(subjects), "types": types}, binary=True)
    for record in (Record(*row) for row in rows.fetchall()):
        try:
            fact = Fact(record, decode(record.value))
        except BadEvent:
            continue
        if until is None or until.holds(fact):
            facts.append(fact)
    return facts


def _person(
    connection: Connection, projections: Sequence[Projection], subject: str, until: Until | None
) -> tuple[str, set[str]]:
    """Return the person that a subject was, and the person's identifiers, by the links up to a point.

    Only the links are read of all that was ever linked to the subject, however indirectly: behind a shared device may
    stand a thousand other customers.
    """
    graph = next((projection for projection in projections if projection.graph), None)
    if graph is None:
        return subject, {subject}
    types = [event.event_type for event in EVENTS if newest(event) in graph.handlers()]
    links = facts_of(connection, person_table.within_reach(connection, graph.name, subject), until, types)
    edges = [
        Edge(*key, *(None if state is None else state[2] for state in row)) for key, row in folded(graph, links).items()
    ]
    belongings = persons.resolve(edges)
    if subject not in belongings:
        return subject, {subject}
    person = belongings[subject].person
    return person, {identifier for identifier, belonging in belongings.items() if belonging.person == person} | {
        subject
    }
