"""How a projection is declared: a class with a key, mergeable columns and pure folds.

    class UnmetDemand(Projection, version=1):
        store: Key[str]
        query: Key[str]
        searches: Sum

        @folds(SearchPerformed)
        def search(self, event: SearchPerformed, envelope: Envelope) -> Row:
            return self.row(event.store, event.query, searches=1)

A fold may return one row, several (any iterable but a tuple), or None. It may raise ValueError for a fact that it
cannot understand: the event is then parked for this projection, and its neighbours go on.
"""

import ast
import hashlib
import inspect
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, ClassVar, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

from events.envelope import Envelope
from events.event import Event
from projections._engine.columns import Column, Key
from projections._engine.columns.base import COPY_TYPES, SQL_TYPES, Field
from projections._engine.compiler import Compiled, compile_row, compiled

Row = tuple[Any, ...]
"""What a fold says about one row: the key's tuple, then one value for each column."""

Fold = Callable[[Any, Envelope], Row | Iterable[Row] | None]
F = TypeVar("F", bound=Callable[..., Any])


class Signal(NamedTuple):
    """Something that happened and may call for a reaction. It leaves with the batch's transaction, once.

    Of those of one kind and subject that say the same ``once``, such as the half hour in which they happened, only the
    first on the log is raised, for as long as it is kept; without it each event raises its own.
    """

    kind: str
    subject: str
    detail: dict[str, str]
    once: str | None = None


Signaller = Callable[[Any, Envelope], Signal | None]


class KeyPart(NamedTuple):
    """One part of a key: its name and its values' type."""

    name: str
    value_type: Any

    def field(self) -> Field:
        """Return the table's column."""
        return Field(self.name, f"{SQL_TYPES[self.value_type]} NOT NULL", COPY_TYPES[self.value_type])


def folds(*events: type[Event]) -> Callable[[F], F]:
    """Mark a method as the fold of these event types."""
    return _marks("folded_events", events)


def signals(*events: type[Event]) -> Callable[[F], F]:
    """Mark a method that turns these event types into a Signal, or None."""
    return _marks("signalled_events", events)


def _marks(attribute: str, events: tuple[type[Event], ...]) -> Callable[[F], F]:
    def mark(method: F) -> F:
        setattr(method, attribute, events)
        return method

    return mark


_ATTRIBUTES = ("name", "version", "keys", "columns", "compiled", "log_view", "graph", "indexes")


class Projection:
    """The base of every projection. Instances hold no state; the engine makes one of each class."""

    name: ClassVar[str]
    version: ClassVar[int]
    keys: ClassVar[tuple[KeyPart, ...]]
    columns: ClassVar[tuple[Column[Any], ...]]
    compiled: ClassVar[Compiled]
    log_view: ClassVar[str | None]
    graph: ClassVar[bool]
    indexes: ClassVar[tuple[str, ...]]

    def __init_subclass__(
        cls, *, version: int, log_view: str | None = None, graph: bool = False, indexes: tuple[str, ...] = ()
    ) -> None:
        """Read the declaration and compile its merge.

        ``log_view``: SQL over the journal that serves this projection where the log is in the same Postgres.
        ``graph``: the rows are the identity graph's edges. ``indexes``: further columns, each text one index.
        """
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        cls.version, cls.log_view, cls.graph, cls.indexes = version, log_view, graph, indexes
        hints = {name: hint for name, hint in get_type_hints(cls).items() if name in cls.__annotations__}
        cls.keys = tuple(KeyPart(name, get_args(hint)[0]) for name, hint in hints.items() if get_origin(hint) is Key)
        cls.columns = tuple(
            kind(name, next(iter(get_args(hint)), None))
            for name, hint in hints.items()
            if isinstance(kind := get_origin(hint) or hint, type) and issubclass(kind, Column)
        )
        names = [key.name for key in cls.keys]
        if taken := [name for name in hints if hasattr(Projection, name) or name in _ATTRIBUTES]:
            message = f"{cls.__name__}: {', '.join(taken)}: the name of every projection's own attribute is no column's"
            raise TypeError(message)
        cls.row = staticmethod(compile_row(cls.__name__, names, cls.columns))  # type: ignore[method-assign]
        cls.compiled = compiled(cls.__name__, names, cls.columns)

    @staticmethod
    def row(*key: Any, **columns: Any) -> Row:
        """Return a delta: the key's parts in order, then the columns it touches by name."""
        raise TypeError(key, columns)

    @property
    def keeps_events(self) -> bool:
        """Whether the rows are the events themselves: over a log that cannot be queried they are kept, see ``kept``."""
        return self.log_view is not None

    def handlers(self) -> dict[type[Event], list[Fold]]:
        """Return the folds by event type."""
        return _methods(self, "folded_events")

    def signallers(self) -> dict[type[Event], list[Signaller]]:
        """Return the methods that make signals, by event type."""
        return _methods(self, "signalled_events")

    @property
    def personal(self) -> bool:
        """Whether rows belong to a subject, so that one person's identifiers can be merged; a link belongs to two."""
        return any(key.name == "subject" for key in self.keys) and not self.graph

    def fields(self) -> list[Field]:
        """Return the table's columns in order: the key's, then the states'."""
        return [key.field() for key in self.keys] + [field for column in self.columns for field in column.fields()]

    def fingerprint(self) -> str:
        """Return the SHA-256 of what the rows depend on: fields, merges and the source of the folds.

        Comments and layout do not count. A function that a fold calls from elsewhere is not seen: ``verify`` finds
        such a change by its digest, the fingerprint does not.
        """
        return _fingerprint(self)


@cache
def _methods(projection: Projection, attribute: str) -> dict[type[Event], list[Any]]:
    found: dict[type[Event], list[Any]] = {}
    for name, method in vars(type(projection)).items():
        for event in getattr(method, attribute, ()):
            found.setdefault(event, []).append(getattr(projection, name))
    return found


@cache
def _fingerprint(projection: Projection) -> str:
    parts = [projection.name, *(f"{field}" for field in projection.fields())]
    parts += [type(column).__name__ for column in projection.columns]
    for event, methods in sorted(projection.handlers().items(), key=lambda item: item[0].event_type):
        parts += [event.event_type, *(_meaning(method) for method in methods)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _meaning(method: Callable[..., Any]) -> str:
    """Return a method's source without comments, docstring and layout, as Python itself writes it."""
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(method)))
    function = tree.body[0]
    if isinstance(function, ast.FunctionDef) and ast.get_docstring(function) is not None:
        function.body = function.body[1:] or [ast.Pass()]
    return ast.unparse(tree)
