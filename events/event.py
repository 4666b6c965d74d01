"""The base of every event class: what one fact says about itself, apart from who, when and where.

An event class is a frozen struct in the past tense. Its type carries its version (``regulars.order.placed.v2``).
A published class is never edited: publish the next version and give the old class an ``upcast``.
"""

from typing import Annotated, Any, ClassVar, TypeVar

from msgspec import Meta, Struct, StructMeta

MAX_KEY_CHARACTERS = 128
MAX_NAME_CHARACTERS = 512
MAX_TEXT_CHARACTERS = 16_384
MAX_AMOUNT_MINOR = 10**12
MAX_QUANTITY = 10**6

T = TypeVar("T")

Key = Annotated[str, Meta(min_length=1, max_length=MAX_KEY_CHARACTERS)]
"""An identifier that ends up in a table's key: an order, a product, a store."""

Label = Annotated[str, Meta(max_length=MAX_KEY_CHARACTERS)]
"""Like a key, but may be empty where the source does not say."""

Name = Annotated[str, Meta(max_length=MAX_NAME_CHARACTERS)]
"""One line of text, such as a product's name or a search as it was typed."""

Text = Annotated[str, Meta(max_length=MAX_TEXT_CHARACTERS)]
"""Free text, such as what a customer wrote."""

Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}(?!\n)$")]
"""An ISO 4217 code."""

AmountMinor = Annotated[int, Meta(ge=0, le=MAX_AMOUNT_MINOR)]
"""Money in the currency's minor unit (cents, pence); never a float, never negative."""

Quantity = Annotated[int, Meta(ge=1, le=MAX_QUANTITY)]
"""How many, at least one."""

Count = Annotated[int, Meta(ge=0, le=MAX_QUANTITY)]
"""How many, possibly none."""

Rating = Annotated[int, Meta(ge=1, le=5)]
"""One (worst) to five (best)."""

Personal = Annotated[T, Meta(extra={"personal": True}, extra_json_schema={"x-personal": True})]
"""Marks a field that says who a person is: ``Personal[Name]``. The codec passes it through its seal."""


class EventMeta(StructMeta):
    """Gives every event class the same struct options, and its type as a class argument."""

    def __new__(  # noqa: PYI034 - mypy allows no Self in a metaclass
        mcls,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        type: str = "",  # noqa: A002 - the CloudEvents attribute is called type
        upcast_to: "EventMeta | None" = None,
    ) -> "EventMeta":
        """Create the struct class and remember its type and what it is upcast to."""
        cls = super().__new__(
            mcls, name, bases, namespace, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True
        )
        cls.event_type = type
        cls.upcast_to = upcast_to
        return cls

    event_type: str
    upcast_to: "EventMeta | None"


class Event(Struct, metaclass=EventMeta):
    """One kind of fact. Subclass it with ``type="regulars.<family>.<past participle>.v<n>"``."""

    event_type: ClassVar[str]
    upcast_to: ClassVar[type["Event"] | None]

    def upcast(self) -> "Event":
        """Return this fact as the next version says it; the newest version returns itself."""
        return self


class Part(Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """A piece of an event, such as an order's line."""


def newest(event: type[Event]) -> type[Event]:
    """Return the class that events of this class are read as, after every upcast."""
    while event.upcast_to is not None:
        event = event.upcast_to
    return event
