"""Law 1, merge: any permutation and any split of a history gives equal rows, whichever of the four merges is used."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.envelope import Envelope
from events.log import Chunk
from projections._engine import reference
from projections._engine.declaration import Projection
from projections._engine.digest import digest_of_states
from projections._engine.folding import Folder
from projections._engine.reference import States
from projections.identity import Identity
from tests.contracts.memory_log import MemoryLog
from tests.laws.histories import CODEC, NOON, as_read, history, of_every_type, pieces, reunion
from tests.laws.persons_shown import by_person, shown_by_person, together
from tests.laws.sampler import EVERY, FOLDED
from tests.laws.thoroughness import QUICK, WITH_POSTGRES
from tests.projections.engine.oracle import persons_held
from tests.projections.engine.tables import Connect, digest_of, drain, live_tables, new_tables

DICE = st.randoms(use_true_random=False)
IDENTITY = Identity()
SEEDS = st.integers(0, 2**32)
every_projection = pytest.mark.parametrize("projection", FOLDED, ids=lambda each: each.name)
every_stored_projection = pytest.mark.parametrize("projection", EVERY, ids=lambda each: each.name)
every_personal_projection = pytest.mark.parametrize(
    "projection", [each for each in FOLDED if each.personal and not each.graph], ids=lambda each: each.name
)


@every_projection
@given(dice=DICE, length=st.integers(0, 25))
@QUICK
def test_any_order_and_any_split_folds_to_the_same_rows(projection: Projection, dice: Random, length: int) -> None:
    """The merge of the reference is commutative and associative, and the compiled merge of a batch says the same."""
    told = history(dice, projection, length)
    whole = digest_of_states(projection, reference.fold(projection, as_read(told)))

    plain: States = {}
    compiled: States = {}
    for piece in pieces(dice, told):
        plain = together(projection, reference.fold(projection, as_read(piece)), plain)
        compiled = together(projection, compiled, folded(projection, piece))

    assert digest_of_states(projection, plain) == whole
    assert digest_of_states(projection, compiled) == whole


@every_projection
@given(seed=SEEDS)
@QUICK
def test_every_type_of_event_folds_whatever_else_is_in_the_batch(projection: Projection, seed: int) -> None:
    """A batch of every type there is, old versions included, comes to the rows of the reference, and parks nothing."""
    told = of_every_type(Random(seed))

    rows = folded(projection, told)

    expected = reference.fold(projection, as_read(told))
    assert digest_of_states(projection, rows) == digest_of_states(projection, expected)


@every_stored_projection
@given(seed=SEEDS, batch_events=st.integers(1, 30))
@WITH_POSTGRES
def test_sql_merges_rows_as_the_reference_does(
    connect: Connect, projection: Projection, seed: int, batch_events: int
) -> None:
    """However a log is shared out over partitions and batches, the stored rows are those of one plain fold."""
    dice = Random(seed)
    told = history(dice, projection, 40)
    log = MemoryLog(dice.choice((1, 2, 5)))
    log.append(told)
    with connect() as connection:
        (table,) = new_tables(connection, log, [projection])

        drain(log, connect, [table], batch_events=batch_events)

        expected, _ = digest_of_states(projection, reference.fold(projection, as_read(told)))
        assert digest_of(connection, table) == expected


@every_personal_projection
@given(seed=SEEDS, one_person=st.booleans())
@WITH_POSTGRES
def test_the_view_by_person_merges_as_the_reference_does(
    connect: Connect, projection: Projection, seed: int, *, one_person: bool
) -> None:
    """The rows of one person's identifiers, merged by the view, are those that the reference merges."""
    dice = Random(seed)
    told = history(dice, projection, 30) + (reunion() if one_person else history(dice, IDENTITY, 5, "link-"))
    log = MemoryLog()
    log.append(told)
    with connect() as connection:
        drain(log, connect, live_tables(connection, log, [projection, IDENTITY]), batch_events=7)

        shown = shown_by_person(connection, projection)
        people = {identifier: person for identifier, (person, _) in persons_held(connection).items()}

    expected = by_person(projection, reference.fold(projection, as_read(told)), people)
    assert digest_of_states(projection, shown) == digest_of_states(projection, expected)
    assert not one_person or set(people.values()) == {"customer:1"}


def folded(projection: Projection, told: list[Envelope]) -> States:
    """Return the rows of one batch, as the pump's compiled merge makes them."""
    values = [CODEC.encode(envelope) for envelope in told]
    folder = Folder([projection], CODEC)
    batch = folder.fold([folder.decode(Chunk(0, range(len(values)), values, len(values), NOON))])
    assert batch.dead_letters == []
    return batch.rows[projection.name]
