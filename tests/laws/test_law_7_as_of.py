"""Law 7, as of: the past is a fold of exactly the events up to there, by either clock or by offsets; now is live."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from random import Random
from typing import NamedTuple

import pytest
from psycopg import sql

from events.catalog.visits import VisitStarted
from events.envelope import Envelope
from events.log import Record
from events.log.postgres import Journal
from projections._engine import reference
from projections._engine.as_of import AtPositions, HappenedBy, KnownAt, Until, as_of
from projections._engine.declaration import Projection
from projections._engine.digest import digest_of, digest_of_states, stored_rows
from projections._engine.past import KEPT_PASTS, look_at, made, table_of
from projections._engine.person_past import looking_back
from projections._engine.reference import States
from projections._engine.registry import Connection
from projections.identity import Identity
from projections.profile import Profile
from projections.timeline import Timeline
from tests.laws.histories import CODEC, MOMENTS, NOON, SUBJECTS, history, reunion
from tests.laws.persons_shown import by_person, shown_by_person, shown_of
from tests.laws.sampler import EVERY, FOLDED
from tests.projections.engine.oracle import persons_of
from tests.projections.engine.tables import Connect, pump

IDENTITY = Identity()
TIMELINE = Timeline()
QUESTIONS = 30
PASTS = 6
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


TABLES_LEFT = """
SELECT schemaname, tablename FROM pg_tables WHERE schemaname LIKE 'past%'
"""


def rows_left(connection: Connection) -> int:
    """Return how many rows there are in all schemas in which somebody looked back at one person."""
    tables = connection.execute(TABLES_LEFT).fetchall()
    counts = [connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(*name))) for name in tables]
    return sum(count for (count,) in (each.fetchall()[0] for each in counts))


@pytest.mark.parametrize("projection", [each for each in personal if not each.keeps_events], ids=lambda each: each.name)
def test_a_query_of_one_person_looks_at_the_past(connect: Connect, journal: Journal, projection: Projection) -> None:
    """Rows, identifiers and events of that person as of the point, and no trace of it afterwards."""
    facts = filled(journal, projection)
    declared = [projection, IDENTITY, TIMELINE]
    pump(journal, connect, declared)
    dice = Random(9)
    with connect() as connection:
        for until, _ in islice(questions(dice, journal, facts), PASTS):
            subject = dice.choice(SUBJECTS)
            with looking_back(connection, declared, subject, until) as past:
                rows = shown_of(connection, projection, subject)
                seen = connection.execute('SELECT partition, "offset" FROM timeline_of(%s)', [subject]).fetchall()
                known = connection.execute("SELECT identifier FROM person_of").fetchall()

            expected = past.states[projection.name]
            assert digest_of_states(projection, rows) == digest_of_states(projection, expected)
            assert sorted(seen) == sorted((fact.record.partition, fact.record.offset) for fact in past.facts)
            assert {past.person, *(name for (name,) in known)} == set(past.identifiers)
        assert rows_left(connection) == 0
        assert connection.execute("SHOW search_path").fetchone() == ("projection,public",)


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
            asked = shown_of(connection, projection, subject)
            assert digest_of_states(projection, asked) == digest_of_states(projection, shown)
        assert live


@pytest.mark.parametrize("projection", FOLDED, ids=lambda each: each.name)
def test_everybodys_past_is_a_fold_of_the_events_up_to_there(
    connect: Connect, journal: Journal, projection: Projection
) -> None:
    """Every row of a projection, and who is who, in the schema of that past; asked again, it is the same one."""
    facts = filled(journal, projection)
    declared = [projection] if projection.graph else [projection, IDENTITY]
    pump(journal, connect, [*declared, TIMELINE])
    with connect() as connection:
        for until, included in islice(questions(Random(8), journal, facts), PASTS):
            past = made(declared, journal, connect, until)
            again = made(declared, journal, connect, until)

            envelopes = [fact.envelope for fact in included]
            persons = persons_of(reference.fold(IDENTITY, envelopes))
            expected = digest_of_states(projection, reference.fold(projection, envelopes))
            query = f"SELECT identifier, person, shared FROM {past.schema}.person_of"
            with connection.transaction():
                rows = digest_of(projection, stored_rows(connection, table_of(projection, past.schema)))
            shown = {identifier: (person, shared) for identifier, person, shared in connection.execute(query)}
            assert (rows, shown, again) == (expected, persons, past)


def test_what_is_heard_of_later_joins_the_past_of_what_happened(connect: Connect, journal: Journal) -> None:
    """By the clock of what happened, a past goes on where it stood; by that of what was known, it stays."""
    declared = [Profile(), IDENTITY, TIMELINE]
    counted: list[tuple[int, int]] = []
    for number in range(2):
        subject, time = f"customer:{number}", NOON - number * timedelta(hours=1)
        journal.append(
            [Envelope(id=str(number), source="urn:regulars:laws", time=time, subject=subject, data=VisitStarted())]
        )
        pump(journal, connect, declared)
        known = min(record.recorded_at for partition in range(4) for record in journal.records(partition, 0, 9))
        with connect() as connection:
            for until in (KnownAt(known), HappenedBy(NOON)):
                look_at(connection, made(declared, journal, connect, until))
                query = "SELECT (SELECT count(*) FROM profile), (SELECT count(*) FROM timeline)"
                counted += connection.execute(query).fetchall()

    assert counted == [(1, 1), (1, 1), (1, 1), (2, 2)]


def test_the_pasts_that_were_used_last_are_kept(connect: Connect, journal: Journal) -> None:
    """Of more than are kept, the one that nobody has used for longest is dropped, with its schema."""
    journal.append(reunion()[:2])
    pump(journal, connect, [IDENTITY, TIMELINE])
    moments = [NOON + timedelta(days=number) for number in range(KEPT_PASTS + 2)]

    pasts = [made([IDENTITY], journal, connect, HappenedBy(moment)) for moment in moments]

    with connect() as connection:
        query = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'past\\_%'"
        assert {name for (name,) in connection.execute(query)} == {past.schema for past in pasts[2:]}
