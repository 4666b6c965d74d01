"""The oracle's own union-find comes to the engine's answer, on many small and tangled graphs."""

from itertools import pairwise
from random import Random

import pytest

from projections._engine.persons import Edge, resolve
from tests.oracle.persons import Persons, persons
from tests.oracle.rows import Key, Row

IDENTIFIERS = (
    "customer:1",
    "customer:2",
    "customer:3",
    "customer:4",
    "visitor:a",
    "visitor:b",
    "visitor:c",
    "device:till",
    "card:1",
    "visitor:null",
    "email: Anonymous ",
)
LINKED = (None, True, True, True, False)
DECISIONS = (None, None, None, "confirmed", "refused", "taken_back")
GRAPHS = 2_000


def graph(dice: Random) -> dict[Key, Row]:
    """Return rows of the identity table: some pairs, linked or not, decided on or not."""
    rows: dict[Key, Row] = {}
    for _ in range(dice.randint(0, 14)):
        pair = tuple(sorted(dice.choices(IDENTIFIERS, k=2)))
        linked, decision = dice.choice(LINKED), dice.choice(DECISIONS)
        rows[pair] = {
            "linked": None if linked is None else [0, "e", linked],
            "decision": None if decision is None else [0, "e", decision],
        }
    return rows


def by_the_engine(rows: dict[Key, Row]) -> Persons:
    """Return the engine's answer, without those who are a person of their own."""
    edges = [
        Edge(str(one), str(other), *(None if row[name] is None else row[name][2] for name in ("linked", "decision")))
        for (one, other), row in rows.items()
    ]
    return {
        identifier: (person, shared)
        for identifier, (person, shared) in resolve(edges).items()
        if shared or person != identifier
    }


@pytest.mark.parametrize("seed", range(4))
def test_two_programmes_agree_on_who_is_who(seed: int) -> None:
    """Shared devices, disputes, decisions of staff and links to nobody, in all mixtures."""
    dice = Random(seed)
    graphs = [graph(dice) for _ in range(GRAPHS // 4)]

    answers = [(rows, persons(rows), by_the_engine(rows)) for rows in graphs]

    assert [rows for rows, one, other in answers if one != other] == []
    assert any(shared for _, one, _ in answers for _, shared in one.values())
    assert any(len({person for person, _ in one.values()}) > 1 for _, one, _ in answers)


def test_a_dispute_cuts_what_is_linked_to_nobody_certain() -> None:
    """Two customers hang together over two devices: each device stays with its customer, and the rest with none."""
    linked = {"linked": [0, "e", True], "decision": None}
    chain = ["customer:1", "visitor:a", "visitor:b", "visitor:c", "customer:2"]

    found = persons({tuple(sorted(pair)): linked for pair in pairwise(chain)})

    assert found == {"visitor:a": ("customer:1", False), "visitor:c": ("customer:2", False)}
