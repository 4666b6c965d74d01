"""What is read once for a whole snapshot, such as the settings: it says the same to each reaction that asks.

Outside of a snapshot, as in a sweep, nothing is remembered: then each asks anew.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from projections._engine.registry import Connection

T = TypeVar("T")

_HELD: "WeakKeyDictionary[Connection, dict[Hashable, Any]]" = WeakKeyDictionary()


def begin(connection: Connection) -> None:
    """Remember from now on what is read over a connection: a snapshot begins."""
    _HELD[connection] = {}


def end(connection: Connection) -> None:
    """Forget it: the snapshot ends."""
    _HELD.pop(connection, None)


def once(connection: Connection, key: Hashable, read: Callable[[], T]) -> T:
    """Return what is read under a key, which says all that it depends on; whoever gets it leaves it as it is."""
    held = _HELD.get(connection)
    if held is None:
        return read()
    if key not in held:
        held[key] = read()
    value: T = held[key]
    return value
