"""The last word: a value and when it was said, so that what the desk and others said come together in one order.

Others' words are heard first, then the desk's own are told in their order. Of two at one instant the one that is told
later counts: so the desk's does.
"""

from datetime import datetime
from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Word(Struct, Generic[T], frozen=True):
    """What was said, and from when on it holds."""

    at: datetime
    value: T


def last(held: Word[T] | None, at: datetime, value: T) -> Word[T]:
    """Return what holds after another word was told: it, unless it was said before the one that is held."""
    return held if held is not None and held.at > at else Word(at, value)
