"""The geometry of an identity graph: who somebody is at the top left, what is linked to them below, to the right.

Plain arithmetic, as ``charts``: x in per cent of the width, y in pixels. The graph is drawn as the tree in which each
identifier is reached by the fewest links; links besides are lines across it. Its order is that of the names, so that
the same links are drawn alike.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

MOST_NODES = 30
"""More than these are but counted: the table below the drawing has them all."""

ROW_PIXELS = 36
LEFT_PERCENT = 3.5
COLUMN_PERCENT = 13.0
MOST_COLUMNS = 3
LABEL_CHARACTERS = 25
KINDS = {"customer": 1, "visitor": 3, "card": 2}
OTHER_SERIES = 4

Link = Mapping[str, Any]


class Node(NamedTuple):
    """An identifier: where it is, and how it is written."""

    identifier: str
    x: float
    y: float
    label: str
    series: int


class Edge(NamedTuple):
    """A link between two that are drawn. ``state`` is linked, decided or apart."""

    link: Link
    x1: float
    y1: float
    x2: float
    y2: float
    state: str


class Drawing(NamedTuple):
    """What is drawn, how high that is, and how many identifiers are not in it."""

    nodes: list[Node]
    edges: list[Edge]
    height: float
    left_out: int


def drawn(person: str, links: Sequence[Link]) -> Drawing:
    """Return the drawing of these links, whose ``subject`` and ``identifier`` are the ends."""
    reached, children = _tree(person, links)
    shown = reached[:MOST_NODES]
    kept = {name: [each for each in children[name] if each in shown] for name in shown}
    depths: dict[str, int] = {}
    _place(person, 0, kept, depths)
    nodes = [_node(name, depth, row) for row, (name, depth) in enumerate(depths.items())]
    at = {node.identifier: (node.x, node.y) for node in nodes}
    edges = [
        Edge(link, *at[link["subject"]], *at[link["identifier"]], state_of(link))
        for link in links
        if link["subject"] in at and link["identifier"] in at
    ]
    return Drawing(nodes, edges, ROW_PIXELS * len(nodes), len(reached) - len(shown))


def state_of(link: Link) -> str:
    """Return how a link stands: staff decided that it is one, it is linked, or the two are apart."""
    if link["decision"] == "confirmed":
        return "decided"
    return "linked" if link["linked"] and link["decision"] != "refused" else "apart"


def _tree(person: str, links: Sequence[Link]) -> tuple[list[str], dict[str, list[str]]]:
    """Return everybody, the nearest first, and whom each leads to."""
    beside: dict[str, set[str]] = {person: set()}
    for link in links:
        beside.setdefault(link["subject"], set()).add(link["identifier"])
        beside.setdefault(link["identifier"], set()).add(link["subject"])
    reached, children = [person], {name: list[str]() for name in beside}
    known = {person}
    for name in reached:
        new = sorted(beside[name] - known)
        children[name] = new
        reached += new
        known |= set(new)
    lost = sorted(beside.keys() - known)  # linked to something of theirs that is not shown here
    children[person] += lost
    return [*reached, *lost], children


def _place(name: str, depth: int, children: Mapping[str, Sequence[str]], depths: dict[str, int]) -> None:
    """Give each a row of its own, whoever is reached through another below that one."""
    depths[name] = depth
    for each in children[name]:
        _place(each, depth + 1, children, depths)


def _node(name: str, depth: int, row: int) -> Node:
    x = LEFT_PERCENT + COLUMN_PERCENT * min(depth, MOST_COLUMNS)
    label = name if len(name) <= LABEL_CHARACTERS else f"{name[: LABEL_CHARACTERS - 1]}…"
    series = KINDS.get(name.partition(":")[0], OTHER_SERIES)
    return Node(name, round(x, 2), ROW_PIXELS * (row + 0.5), label, series)
