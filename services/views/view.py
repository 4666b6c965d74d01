"""A view: one question that people ask again and again, with its parameters, who may ask it, and what answers it.

Its document is served as JSON and CSV under ``/v1`` and shown as a page, so that every figure is worked out once. A
view reads in one snapshot, never sees HTTP, and takes its clock from whoever asks: it answers alike of now and of a
past.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

import msgspec

from events.log import EventLog
from projections._engine.as_of import Until
from projections._engine.registry import Connection
from services.access.roles import Capability
from services.access.viewer import Viewer

Row = Mapping[str, Any]
Document = dict[str, Any]
"""What a view answers. Its rows stand under ``tables``, by name; the first table is the one that a CSV has."""


class Past(StrEnum):
    """Whose past a view can be asked of."""

    NOBODY = "nobody"
    PERSON = "person"
    EVERYBODY = "everybody"


class Parameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a view is asked, from the query of its URL; each field has a default. Subclasses add theirs.

    A field ``store`` narrows a view to one store, and holds staff to their own. A field's description is the ``Meta``
    of its type. ``table`` says which of the tables a CSV has.
    """

    table: str = ""


class House(Protocol):
    """Where the log is, and further connections, for what needs more than one snapshot."""

    def log(self) -> EventLog:
        """Return the log, on a connection of its own that is closed with the house."""
        ...

    def connect(self, application_name: str = ...) -> Connection:
        """Return a connection, which its caller closes."""
        ...


@dataclass(frozen=True)
class Reading:
    """One asking of a view. ``path`` has what its URL's path names, such as a subject; ``now`` is the clock.

    ``wanted`` are positions that have to be in the answer. What was kept since before is noted in ``made_of``, with the
    positions and the clock that it is of. ``patience_seconds`` is how long to wait for what is being worked out.
    """

    connection: Connection
    viewer: Viewer
    asked: Any
    path: Mapping[str, str]
    now: datetime
    until: Until | None
    house: House
    wanted: Mapping[int, int] = field(default_factory=dict)
    patience_seconds: float = 0.0
    made_of: list[tuple[Mapping[int, int], datetime]] = field(default_factory=list)


class BadParameter(ValueError):
    """A question that a view cannot be asked; the message is a sentence that begins with the parameter's name."""


class NotFound(LookupError):
    """There is no such thing; the message is a sentence."""


class StillWorking(Exception):
    """What is asked is being worked out over everybody: whoever asks again in a while is told."""


class NotYours(PermissionError):
    """Whoever asks may not see that; the message is a sentence."""


class View(NamedTuple):
    """A view.

    ``path`` is where it is served, beginning with a slash, such as ``/customers/{subject}``. ``reads`` names the
    projections that it is made of: their positions are the answer's. ``personal`` views tell of the customer that the
    path's ``subject`` names, which is held against the viewer's stores and portfolio, and written down. ``rows`` yields
    the rows of the CSV one by one, where a document holds but a page of them. ``whole_house`` names customers of all
    stores, and cannot be narrowed to one: it is not for staff. ``tells_of`` returns of which customer a document tells
    where the path names something of theirs, '' where it is of none: that somebody looked is written down then, too.
    """

    name: str
    path: str
    title: str
    answer: Callable[[Reading], Document]
    parameters: type[Parameters] = Parameters
    reads: tuple[str, ...] = ()
    capability: Capability = Capability.FIGURES
    personal: bool = False
    past: Past = Past.NOBODY
    rows: Callable[[Reading], Iterable[Row]] | None = None
    whole_house: bool = False
    tells_of: Callable[[Document], str] | None = None

    @property
    def about(self) -> str:
        """Return what it tells, in words: the docstring of what answers it."""
        return (self.answer.__doc__ or self.title).strip()
