"""What a figure of a customer comes from: the events behind it, and the reckoning from them to what the page shows.

A figure that is one column of a projection is explained by the engine (``projections._engine.why``). Those here are
worked out of several columns, or of a report: each says which events count, what each of them adds, and how the whole
comes of it. It is told whether that is what the page shows, where the page's own query can be asked again.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote, unquote

from projections._engine.as_of import Fact, Until
from projections._engine.registry import Connection

BETWEEN = "/"


class Asking(NamedTuple):
    """A figure asked about: whose, which one of several (``of``), by which clock, and the person's facts up to there.

    ``until`` is the point up to which the facts are; the connection's queries answer of the same point.
    """

    connection: Connection
    subject: str
    person: str
    identifiers: Sequence[str]
    facts: Sequence[Fact]
    of: str
    now: datetime
    until: Until


class Term(NamedTuple):
    """One line of a reckoning, such as ``- Returned 12.50 GBP``; ``figure`` explains the line by itself.

    ``unit`` is a currency (the value is in its minor units), ``%`` (the value is a share of one), or a word.
    """

    label: str
    value: float | None = None
    unit: str = ""
    sign: str = ""
    note: str = ""
    figure: str = ""
    of: str = ""


class Because(NamedTuple):
    """An event behind a figure, and what it adds to it, where that can be said."""

    fact: Fact
    counts: float | None = None
    unit: str = ""
    note: str = ""


class Explained(NamedTuple):
    """The reckoning, its last line the figure itself, and the events. ``equal`` is None where there is no other way."""

    terms: Sequence[Term]
    events: Sequence[Because]
    equal: bool | None = None
    note: str = ""


class Figure(NamedTuple):
    """A figure: its name in addresses, its title, what it means, and what explains it.

    ``parts`` says what ``of`` names, where there are several of it; ``reads`` are the projections that it is made of.
    """

    name: str
    title: str
    about: str
    reads: tuple[str, ...]
    explain: Callable[[Asking], Explained]
    parts: tuple[str, ...] = ()


class BadOf(ValueError):
    """It is not said which one is meant; the message is a sentence."""


def of(*parts: object) -> str:
    """Return the name of one of several, of whatever text its parts are."""
    return BETWEEN.join(quote("" if part is None else str(part), safe="~:@, ") for part in parts)


def parts_of(asking: Asking, names: Sequence[str]) -> list[str]:
    """Return the parts of a name. Raises BadOf where they are not as many."""
    told = [unquote(part) for part in asking.of.split(BETWEEN)]
    if len(told) != len(names) or (len(names) == 1 and not told[0]):
        message = f"of: say which one, as {BETWEEN.join(name.upper() for name in names)}."
        raise BadOf(message)
    return told


def one_of(asking: Asking, name: str) -> str:
    """Return the only part of a name. Raises BadOf."""
    (part,) = parts_of(asking, (name,))
    return part
