"""Law 7, as of: the past is a fold of exactly the events up to there, by either clock or by offsets; now is live."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import NamedTuple

import pytest

from events.envelope import Envelope
from events.log import Record
from events.log.postgres import Journal
from projections._engine import reference
from projections._engine.as_of import AtPositions, HappenedBy, KnownAt, Until, as_of
from projections._engine.declaration import Projection
from projections._engine.digest import digest_of_states
from projections._engine.reference import States
from projections.identity import Identity
from projections.timeline import Timeline
from tests.laws.histories import CODEC, MOMENTS, SUBJECTS, history, reunion
from tests.laws.persons_shown import by_person, shown_by_person
from tests.laws.sampler import EVERY
from tests.projections.engine.oracle import persons_of
from tests.projections.engine.tables import Connect, pump

IDENTITY = Identity()
TIMELINE = Timeline()
QUESTIONS = 30
personal = [projection for projection in EVERY if projection.personal and not projection.graph]


class Fact(NamedTuple):
    """A fact of the journal."""

    record: Record
    envelope: Envelope


def filled(journal: Journal, projection: Projection) -> list[Fact]:
    """Fill a journal step by step, and return all of it."""
    dice = Random(projection.name)
    told = [*history(dice, projection, 80), *history(dice, IDENTITY, 15, "links-"), *reunion()[:2]]
    dice.shuffle(told)
    for start in range(0, len(told), 9):
        journal.append(told[start : start + 9])
    records = [record for partition in range(journal.partitions) for record in journal.records(partition, 0, len(told))]
    return [Fact(record, CODEC.decode(record.value)) for record in records]


def questions(dice: Random, journal: Journal, facts: list[Fact]) -> Iterator[tuple[Until, list[Fact]]]:
    """Return points in the past, each with the facts up to there, found in another way than the engine does."""
    for _ in range(QUESTIONS):
        recorded_at = dice.choice(facts).record.recorded_at - timedelta(milliseconds=dice.randint(0, 1))
        known = journal.known_at(recorded_at)
        yield KnownAt(recorded_at), [fact for fact in facts if fact.record.offset < known[fact.record.partition]]
        happened = dice.choice(MOMENTS) - timedelta(microseconds=dice.randint(0, 1))
        yield HappenedBy(happened), [fact for fact in facts if fact.envelope.time <= happened]
        vector = {partition: dice.randint(0, end) for partition, end in journal.ends().items()}
        yield AtPositions(vector), [fact for fact in facts if fact.record.offset < vector[fact.record.partition]]


def person_in(facts: list[Fact], subject: str) -> tuple[str, set[str]]:
    """Return who a subject was by these facts, and all identifiers of that person."""
    links = reference.fold(IDENTITY, [fact.envelope for fact in facts])
    people = {identifier: person for identifier, (person, _) in persons_of(links).items()}
    person = people.get(subject, subject)
    return person, {person, subject, *(each for each, whose in people.items() if whose == person)}


@pytest.mark.parametrize("projection", personal, ids=lambda each: each.name)
def test_the_past_is_a_fold_of_the_events_up_to_there(
    connect: Connect, journal: Journal, projection: Projection
) -> None:
    """Who the person was, by what identifiers, and every row: all as of the same point."""
    facts = filled(journal, projection)
    pump(journal, connect, [projection, IDENTITY, TIMELINE])
    dice = Random(7)
    with connect() as connection:
        for until, included in questions(dice, journal, facts):
            subject = dice.choice(SUBJECTS)
            person, identifiers = person_in(included, subject)
            own = [fact for fact in included if fact.envelope.subject in identifiers]

            past = as_of(connection, [projection, IDENTITY], subject, until)

            states = reference.fold(projection, [fact.envelope for fact in own])
            expected = by_person(projection, states, dict.fromkeys(identifiers, person))
            assert (past.person, set(past.identifiers)) == (person, identifiers)
            assert [tuple(fact.record) for fact in past.facts] == [tuple(fact.record) for fact in own]
            assert digest_of_states(projection, past.states[projection.name]) == digest_of_states(projection, expected)


@pytest.mark.parametrize("projection", [each for each in personal if not each.keeps_events], ids=lambda each: each.name)
def test_as_of_now_is_what_the_live_tables_show(connect: Connect, journal: Journal, projection: Projection) -> None:
    """A person's past without an end is the row of the view by person."""
    filled(journal, projection)
    pump(journal, connect, [projection, IDENTITY, TIMELINE])
    place = [key.name for key in projection.keys].index("subject")
    with connect() as connection:
        live = shown_by_person(connection, projection)
        for subject in SUBJECTS:
            past = as_of(connection, [projection, IDENTITY], subject)

            shown: States = {key: row for key, row in live.items() if key[place] == past.person}
            held = past.states[projection.name]
            assert digest_of_states(projection, held) == digest_of_states(projection, shown)
        assert live
