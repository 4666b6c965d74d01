"""Who is who: which identifiers are one person, as a function of the set of links between them.

Pure: ``person_table`` reads the edges and keeps the answer.

The rules, in order:
1. A link that was taken back, or one end of which is a value such as ``null`` or ``anonymous``, is no link.
2. Two customers are one person only where staff confirmed it.
3. An identifier that is linked to customers who are different persons is a shared device, and joins nobody.
4. What is connected is one person, unless that would join two such customers: then each identifier stays with the
   customer that it is directly linked to, and the rest stay on their own. That is a suggestion for staff, not a merge.
The person is named after its smallest customer id, else its smallest identifier.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

CUSTOMER = "customer:"
NOBODY = frozenset(
    {
        "",
        "-",
        "0",
        "null",
        "nil",
        "none",
        "undefined",
        "unknown",
        "anonymous",
        "anon",
        "guest",
        "n/a",
        "na",
        "nan",
        "false",
        "true",
    }
)
CONFIRMED = "confirmed"


class Edge(NamedTuple):
    """A statement about two identifiers: linked or not, and what staff decided about it."""

    one: str
    other: str
    linked: bool | None
    decision: str | None = None


class Belonging(NamedTuple):
    """Whom an identifier belongs to; a shared one belongs to itself."""

    person: str
    shared: bool


def is_nobody(identifier: str) -> bool:
    """Return whether an identifier's value stands for nobody, as ``visitor:null`` does."""
    return identifier.partition(":")[2].strip().casefold() in NOBODY


def resolve(edges: Iterable[Edge], known_shared: Collection[str] = ()) -> dict[str, Belonging]:
    """Return the person of every identifier that the edges name: a pure function of their set.

    ``known_shared`` names shared devices of which not all edges are given.
    """
    nodes: set[str] = set()
    links: set[tuple[str, str]] = set()
    refused: set[tuple[str, str]] = set()
    merged = _Groups()
    for one, other, linked, decision in edges:
        nodes |= {one, other}
        if is_nobody(one) or is_nobody(other) or one == other:
            continue
        pair = (min(one, other), max(one, other))
        both_customers = one.startswith(CUSTOMER) and other.startswith(CUSTOMER)
        if both_customers and decision == CONFIRMED:
            merged.join(one, other)
        elif decision == "refused":
            refused.add(pair)
        if linked and not both_customers:
            links.add(pair)
    links -= refused
    owners = _owners(links, merged)
    shared = {node for node, customers in owners.items() if len(customers) > 1} | set(known_shared)
    groups = _components(nodes, links, merged, shared, owners)
    return _named(groups, shared, nodes)


class _Groups:
    """Disjoint sets, joined by their smallest member."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, node: str) -> str:
        root = node
        while (parent := self._parent.get(root, root)) != root:
            root = parent
        while (parent := self._parent.get(node, node)) != root:
            self._parent[node], node = root, parent
        return root

    def join(self, one: str, other: str) -> None:
        low, high = sorted((self.find(one), self.find(other)))
        self._parent[high] = low


def _owners(links: set[tuple[str, str]], merged: _Groups) -> dict[str, set[str]]:
    """Return, for each identifier that is no customer, the persons of the customers it is directly linked to."""
    owners: dict[str, set[str]] = defaultdict(set)
    for one, other in links:
        for node, neighbour in ((one, other), (other, one)):
            if neighbour.startswith(CUSTOMER) and not node.startswith(CUSTOMER):
                owners[node].add(merged.find(neighbour))
    return owners


def _components(
    nodes: set[str], links: set[tuple[str, str]], merged: _Groups, shared: set[str], owners: Mapping[str, set[str]]
) -> _Groups:
    usable = [(one, other) for one, other in links if one not in shared and other not in shared]
    whole = _joined(merged, nodes, usable)
    customers: dict[str, set[str]] = defaultdict(set)
    for node in nodes:
        if node.startswith(CUSTOMER):
            customers[whole.find(node)].add(merged.find(node))
    disputed = {root for root, persons in customers.items() if len(persons) > 1}
    if not disputed:
        return whole
    kept = [
        (one, other)
        for one, other in usable
        if whole.find(one) not in disputed
        or one.startswith(CUSTOMER)
        or other.startswith(CUSTOMER)
        or not (owners.get(one) or owners.get(other))
    ]
    return _joined(merged, nodes, kept)


def _joined(merged: _Groups, nodes: set[str], links: Iterable[tuple[str, str]]) -> _Groups:
    groups = _Groups()
    for node in nodes:
        if node.startswith(CUSTOMER):
            groups.join(node, merged.find(node))
    for one, other in links:
        groups.join(one, other)
    return groups


def _named(groups: _Groups, shared: set[str], nodes: set[str]) -> dict[str, Belonging]:
    members: dict[str, list[str]] = defaultdict(list)
    for node in nodes:
        members[groups.find(node)].append(node)
    result: dict[str, Belonging] = {}
    for identifiers in members.values():
        person = min(identifiers, key=lambda node: (not node.startswith(CUSTOMER), node))
        for identifier in identifiers:
            result[identifier] = (
                Belonging(identifier, shared=True) if identifier in shared else Belonging(person, shared=False)
            )
    return result
