"""Who is one person, by a plain union-find over the links.

1. A link counts if its latest word is yes, both ends are somebody, not both are customers, and staff did not refuse it.
2. Two customers are one where staff confirmed it.
3. An identifier linked to customers who are not one is a shared device. It joins nobody and belongs to itself.
4. All that hangs together is one person. Where two customers who are not one would hang together, an identifier that
   is linked to a customer stays with that customer, and links between what has a customer and what has none are cut.
A person is named after its smallest customer, or else its smallest identifier.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from tests.oracle.rows import Key, Row

CUSTOMER = "customer:"
NOBODY = {"", "-", "0", "null", "nil", "none", "undefined", "unknown", "anonymous", "anon", "guest", "n/a", "na", "nan"}
NOBODY |= {"false", "true"}

Persons = dict[str, tuple[str, bool]]
"""The person of an identifier and whether it is a shared device; without those who are a person of their own."""


class Sets:
    """Disjoint sets of identifiers."""

    def __init__(self) -> None:
        """Begin with everybody alone."""
        self._above: dict[str, str] = {}

    def of(self, one: str) -> str:
        """Return the name of the set that an identifier is in."""
        while one in self._above:
            above = self._above[one]
            if above in self._above:
                self._above[one] = self._above[above]
            one = above
        return one

    def join(self, one: str, other: str) -> None:
        """Make two sets one."""
        top, below = self.of(one), self.of(other)
        if top != below:
            self._above[below] = top


def is_customer(identifier: str) -> bool:
    """Return whether an identifier is a customer's."""
    return identifier.startswith(CUSTOMER)


def is_somebody(identifier: str) -> bool:
    """Return whether an identifier's value stands for somebody."""
    return identifier.partition(":")[2].strip().casefold() not in NOBODY


def persons(rows: Mapping[Key, Row]) -> Persons:
    """Return whom each identifier belongs to, by the rows of the identity table."""
    everybody = {str(end) for pair in rows for end in pair}
    merged, links = Sets(), []
    for (one, other), row in rows.items():
        a, b = str(one), str(other)
        if a == b or not is_somebody(a) or not is_somebody(b):
            continue
        linked, decision = _value(row["linked"]), _value(row["decision"])
        if is_customer(a) and is_customer(b):
            if decision == "confirmed":
                merged.join(a, b)
        elif linked and decision != "refused":
            links.append((a, b))
    holders: dict[str, set[str]] = defaultdict(set)
    for a, b in [*links, *((b, a) for a, b in links)]:
        if is_customer(b):
            holders[a].add(merged.of(b))
    shared = {identifier for identifier, customers in holders.items() if len(customers) > 1}
    links = [(a, b) for a, b in links if a not in shared and b not in shared]
    groups = _joined(everybody, merged, links)
    customers_in: dict[str, set[str]] = defaultdict(set)
    for identifier in filter(is_customer, everybody):
        customers_in[groups.of(identifier)].add(merged.of(identifier))
    disputed = {group for group, customers in customers_in.items() if len(customers) > 1}
    kept = [(a, b) for a, b in links if groups.of(a) not in disputed or _stays(a, b, holders)]
    return _named(everybody, _joined(everybody, merged, kept), shared)


def _value(told: list[Any] | None) -> Any:  # noqa: ANN401 - a flag or a text
    return None if told is None else told[2]


def _stays(a: str, b: str, holders: Mapping[str, set[str]]) -> bool:
    """Return whether a link holds although it hangs together with customers who are not one."""
    return is_customer(a) or is_customer(b) or (a not in holders and b not in holders)


def _joined(everybody: set[str], merged: Sets, links: list[tuple[str, str]]) -> Sets:
    groups = Sets()
    for identifier in filter(is_customer, everybody):
        groups.join(merged.of(identifier), identifier)
    for a, b in links:
        groups.join(a, b)
    return groups


def _named(everybody: set[str], groups: Sets, shared: set[str]) -> Persons:
    members: dict[str, list[str]] = defaultdict(list)
    for identifier in everybody:
        members[groups.of(identifier)].append(identifier)
    found: Persons = {}
    for identifiers in members.values():
        name = min(filter(is_customer, identifiers), default=min(identifiers))
        found |= {each: (name, False) for each in identifiers if each != name}
    return found | {each: (each, True) for each in shared}
