"""Law 5, unmerge: who is one person is a function of the set of links, so a link that was taken back never was.

Parametrised over every projection whose rows belong to a subject: merging happens when their views are read.
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from events.catalog.identity import IdentityLinked, IdentityUnlinked, MergeConfirmed, MergeRefused
from events.envelope import Envelope
from events.event import Event
from projections._engine import persons, reference
from projections._engine.declaration import Projection
from projections._engine.digest import digest_of_states
from projections._engine.persons import Edge
from projections._engine.verify import verify_persons
from projections.identity import Identity
from tests.contracts.memory_log import MemoryLog
from tests.laws.histories import NOON, SUBJECTS, as_read, history
from tests.laws.persons_shown import by_person, shown_by_person
from tests.laws.sampler import EVERY
from tests.laws.thoroughness import QUICK, WITH_POSTGRES
from tests.projections.engine.oracle import Persons, persons_held, persons_of
from tests.projections.engine.tables import Connect, drain, live_tables

IDENTITY = Identity()
NODES = (*SUBJECTS, "visitor:b", "visitor:c", "card:2", "customer:3")
TILL = "visitor:till"
FACTS = (IdentityLinked, IdentityUnlinked, MergeConfirmed, MergeRefused)
personal = [projection for projection in EVERY if projection.personal and not projection.graph]
every_personal_projection = pytest.mark.parametrize("projection", personal, ids=lambda each: each.name)

Statement = tuple[type[Event], str, str, int]
"""What is said, of whom, and at which minute."""

TWO = ("customer:1", "customer:2")
USED: list[Statement] = [(IdentityLinked, customer, "visitor:a", 1) for customer in TWO]

edges = st.builds(
    Edge,
    st.sampled_from(NODES),
    st.sampled_from(NODES),
    st.sampled_from((True, True, False, None)),
    st.sampled_from((None, None, "confirmed", "refused")),
)
statements = st.tuples(st.sampled_from(FACTS), st.sampled_from(NODES), st.sampled_from(NODES), st.integers(0, 9))


def said(data: Event, one: str, number: int, minutes: int = 0) -> Envelope:
    """Return a statement about identifiers."""
    at = NOON + timedelta(days=1, minutes=minutes)
    return Envelope(id=f"said-{number}", source="urn:regulars:laws", time=at, subject=one, data=data)


def link(one: str, other: str, number: int = 0, minutes: int = 0) -> Envelope:
    """Return the statement that two identifiers are one person."""
    return said(IdentityLinked(identifier=other), one, number, minutes)


def unlink(one: str, other: str, number: int = 1, minutes: int = 1) -> Envelope:
    """Return the statement that takes a link back."""
    return said(IdentityUnlinked(identifier=other), one, number, minutes)


def people(told: Sequence[Envelope]) -> Persons:
    """Return who is who after some facts."""
    return persons_of(reference.fold(IDENTITY, as_read(told)))


def stated(statement: Statement, number: int) -> Envelope:
    """Return a statement as a fact."""
    kind, one, other, minutes = statement
    return said(kind(**{kind.__struct_fields__[0]: other}), one, number, minutes)


def pairs_of(fact: Envelope) -> list[set[str]]:
    """Return the pairs of identifiers that a fact says something about."""
    return [set(key) for key, *_ in reference.deltas(IDENTITY, as_read([fact])[0])]


@given(links=st.lists(edges, max_size=25), dice=st.randoms(use_true_random=False))
@QUICK
def test_who_is_who_depends_on_the_set_of_links_alone(links: list[Edge], dice: Random) -> None:
    """The order of links, the direction of each, and how often it is named do not matter."""
    mirrored = [Edge(edge.other, edge.one, edge.linked, edge.decision) for edge in dice.sample(links, len(links))]

    assert persons.resolve(mirrored + links) == persons.resolve(links)


@given(links=st.lists(edges, max_size=15), one=st.sampled_from(NODES), other=st.sampled_from(NODES))
@QUICK
def test_a_link_that_was_taken_back_never_was(links: list[Edge], one: str, other: str) -> None:
    """Nothing but the two identifiers themselves is known of it."""
    rest = [edge for edge in links if {edge.one, edge.other} != {one, other}]

    taken_back = persons.resolve([*rest, Edge(one, other, linked=False)])

    never = persons.resolve(rest)
    assert taken_back == {each: never.get(each, persons.Belonging(each, shared=False)) for each in taken_back}


@every_personal_projection
@given(seed=st.integers(0, 2**32), one=st.sampled_from(SUBJECTS), other=st.sampled_from(SUBJECTS))
@WITH_POSTGRES
def test_after_unlinking_every_view_is_as_if_never_linked(
    connect: Connect, projection: Projection, seed: int, one: str, other: str
) -> None:
    """The views by person show the same rows as without the link; while it holds, they may show others."""
    dice = Random(seed)
    told = [*history(dice, projection, 25), *history(dice, IDENTITY, 6, "links-")]
    told = [fact for fact in told if {one, other} not in pairs_of(fact)]
    log = MemoryLog()
    log.append([*told, link(one, other)])
    with connect() as connection:
        tables = live_tables(connection, log, [projection, IDENTITY])
        drain(log, connect, tables)
        linked = persons_held(connection)
        log.append([unlink(one, other)])

        drain(log, connect, tables)

        unlinked, shown = persons_held(connection), shown_by_person(connection, projection)
    states = reference.fold(projection, as_read([*told, link(one, other), unlink(one, other)]))
    never = {identifier: person for identifier, (person, _) in people(told).items()}
    assert linked == people([*told, link(one, other)])
    assert unlinked == people(told)
    assert digest_of_states(projection, shown) == digest_of_states(projection, by_person(projection, states, never))


@example(
    batches=[[USED[0]], [USED[1]], [(MergeConfirmed, *TWO, 5)], [(MergeRefused, *TWO, 6)], [(IdentityLinked, *TWO, 7)]]
)
@example(batches=[USED, [(IdentityUnlinked, "customer:1", "visitor:a", 5)], [USED[0]]])
@given(batches=st.lists(st.lists(statements, min_size=1, max_size=6), min_size=2, max_size=5))
@settings(WITH_POSTGRES, max_examples=50)
def test_people_are_known_after_each_batch_as_if_all_links_were_looked_at_again(
    connect: Connect, batches: list[list[Statement]]
) -> None:
    """A batch looks only at what its links touch, and comes to the answer that the whole set gives."""
    log = MemoryLog()
    told: list[Envelope] = []
    number = count()
    with connect() as connection:
        (table,) = live_tables(connection, log, [IDENTITY])
        for batch in batches:
            said_now = [stated(statement, next(number)) for statement in batch]
            log.append(said_now)
            told += said_now

            drain(log, connect, [table])

            assert persons_held(connection) == people(told)
            assert verify_persons(connection, table)


def test_a_shared_device_joins_nobody() -> None:
    """A till that two customers used says of neither who they are, nor of what else was used there."""
    told = [link("customer:1", TILL, 0), link("customer:2", TILL, 1), link("visitor:a", TILL, 2)]

    assert people(told) == {TILL: (TILL, True)}


def test_a_device_is_no_longer_shared_when_one_of_its_customers_is_unlinked() -> None:
    """What was seen there belongs to the customer who is left."""
    told = [link("customer:1", TILL, 0), link("customer:2", TILL, 1), unlink("customer:2", TILL, 2)]

    assert people(told) == {TILL: ("customer:1", False)}


@pytest.mark.parametrize("value", ["null", "undefined", "anonymous", "NULL", "None ", "0", "n/a", "-"])
def test_a_value_that_stands_for_nobody_never_links(value: str) -> None:
    """Else every customer whose browser sent null would be one person."""
    told = [link("customer:1", f"visitor:{value}", 0), link("visitor:a", f"visitor:{value}", 1)]

    assert people(told) == {}


def test_two_customers_become_one_person_only_when_staff_say_so() -> None:
    """A link between customers is a suggestion; what each of them used stays theirs."""
    told = [link("customer:1", "customer:2", 0), link("customer:2", "visitor:b", 1)]

    suggested = people(told)
    confirmed = people([*told, said(MergeConfirmed(other="customer:2"), "customer:1", 2)])

    assert suggested == {"visitor:b": ("customer:2", False)}
    assert confirmed == {"customer:2": ("customer:1", False), "visitor:b": ("customer:1", False)}


@pytest.mark.parametrize("undoing", [MergeRefused(other="customer:2"), IdentityUnlinked(identifier="customer:2")])
def test_a_confirmed_merge_can_be_undone(undoing: Event) -> None:
    """Refusing it later, or unlinking, leaves two people as they were; the latest word counts."""
    told = [link("customer:2", "visitor:b", 0), said(MergeConfirmed(other="customer:2"), "customer:1", 1, minutes=2)]

    undone = people([*told, said(undoing, "customer:1", 2, minutes=3)])
    undone_before = people([*told, said(undoing, "customer:1", 2, minutes=1)])

    assert undone == people(told[:1])
    assert undone_before == people(told)


def test_a_way_between_two_customers_is_a_suggestion_and_no_merge() -> None:
    """Each identifier stays with the customer it is directly linked to; a chain of devices does not make one person."""
    told = [
        link("customer:1", "visitor:a", 0),
        link("visitor:a", "visitor:b", 1),
        link("visitor:b", "customer:2", 2),
        link("visitor:b", "visitor:c", 3),
    ]

    assert people(told) == {"visitor:a": ("customer:1", False), "visitor:b": ("customer:2", False)}
