"""Made-up histories for the laws: facts of every type, hostile on purpose, from a dice that repeats itself.

Few subjects, stores, orders and instants, so that keys collide, times are equal and ids alone break the tie. Values are
derived from each event class's own types and bounds: a new event needs no line here.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from msgspec import Struct, inspect

from events.catalog import EVENTS
from events.catalog.identity import IdentityLinked, MergeConfirmed
from events.codec import Codec
from events.envelope import Envelope
from events.event import Event
from projections._engine.declaration import Projection

CODEC = Codec()
SUBJECTS = ("customer:1", "customer:2", "customer:É", "visitor:a", "visitor:Z", "card:1", "visitor:null")
NOON = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)
MOMENTS = (
    NOON,
    NOON,
    NOON + timedelta(microseconds=1),
    NOON + timedelta(minutes=29, seconds=59, microseconds=999_999),
    NOON + timedelta(minutes=30),
    NOON + timedelta(hours=12),
    datetime(1900, 1, 1, tzinfo=UTC),
    datetime(2099, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
)
POOLS: dict[str, tuple[str, ...]] = {
    "store": ("web", "leeds"),
    "session": ("", "", "s-1"),
    "complaint": ("c-1", "c-2"),
    "order": ("o-1", "o-2"),
    "currency": ("GBP", "EUR"),
    "identifier": SUBJECTS,
    "other": SUBJECTS,
    "referred": SUBJECTS,
    "card": ("1", "2"),
    "query": ("Kettle", " kettle ", "KETTLE", "straße", "STRASSE", ""),
    "q": ("Kettle", "kettle\t"),
    "product": ("a", "B", "é"),
    "sku": ("a", "B", "é"),
}
TEXTS = ("a", "Z", "é", "\uffff", "\U0001f600", "ﬀ", '"\\{}', "null", " x\t\n", "l" * 100, "")
BEFORE_ID = ("a", "Z", "é", "\uffff", "\U0001f600", "0")
ROW_TYPES = 0.9  # how many of a history's facts are of a type that the projection folds


def history(dice: Random, projection: Projection, length: int, mark: str = "") -> list[Envelope]:
    """Return facts as sources send them, mostly of types that a projection folds; ids are unique under a mark."""
    folded = [event for event in EVENTS if _newest(event) in projection.handlers()]
    chosen = [dice.choice(folded if dice.random() < ROW_TYPES else EVENTS) for _ in range(length)]
    return [_fact(dice, event, f"{mark}{number}") for number, event in enumerate(chosen)]


def of_every_type(dice: Random) -> list[Envelope]:
    """Return a fact of each type, old versions included, in some order."""
    facts = [_fact(dice, event, f"{number}") for number, event in enumerate(EVENTS)]
    dice.shuffle(facts)
    return facts


def reunion() -> list[Envelope]:
    """Return the last word on everybody: all subjects that can be a person are one, with staff's consent."""
    one, *others = SUBJECTS
    said = [data for other in others for data in (IdentityLinked(identifier=other), MergeConfirmed(other=other))]
    return [
        Envelope(id=f"\U0010ffff{number}", source="urn:regulars:laws", time=MOMENTS[-1], subject=one, data=data)
        for number, data in enumerate(said)
    ]


def as_read(history: Sequence[Envelope]) -> list[Envelope]:
    """Return the facts as folds see them: upcast, and in UTC."""
    return [CODEC.decode(CODEC.encode(envelope)) for envelope in history]


def pieces(dice: Random, history: Sequence[Envelope]) -> list[list[Envelope]]:
    """Return the facts in some other order, cut into some number of pieces."""
    shuffled = list(history)
    dice.shuffle(shuffled)
    cuts = sorted(dice.randint(0, len(shuffled)) for _ in range(dice.randint(0, 4)))
    return [shuffled[start:end] for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]


def _newest(event: type[Event]) -> type[Event]:
    while event.upcast_to is not None:
        event = event.upcast_to
    return event


def _fact(dice: Random, event: type[Event], number: str) -> Envelope:
    return Envelope(
        id=f"{dice.choice(BEFORE_ID)}{number}",
        source="urn:regulars:laws",
        time=dice.choice(MOMENTS),
        subject=dice.choice(SUBJECTS),
        data=_struct(dice, event),
    )


def _struct(dice: Random, kind: type[Struct]) -> Any:  # noqa: ANN401 - an instance of the class
    return kind(**{field.name: _value(dice, field.name, field.type) for field in _fields(kind)})


@cache
def _fields(kind: type[Struct]) -> tuple[inspect.Field, ...]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    return info.fields


def _value(dice: Random, name: str, kind: inspect.Type) -> Any:  # noqa: ANN401 - whatever the field holds
    match kind:
        case inspect.Metadata(type=inner):
            return _value(dice, name, inner)
        case inspect.StructType(cls=cls):
            return _struct(dice, cls)
        case inspect.UnionType(types=types):
            return _value(dice, name, dice.choice(types))
        case _:
            return _plain(dice, name, kind)


def _plain(dice: Random, name: str, kind: inspect.Type) -> Any:  # noqa: ANN401 - several values, or one
    match kind:
        case inspect.VarTupleType(item_type=item, min_length=least):
            return tuple(_value(dice, "", item) for _ in range(dice.randint(least or 0, 3)))
        case inspect.DictType(key_type=key, value_type=value):
            names = [_value(dice, "", key) for _ in range(dice.randint(0, 3))]
            return {each: _value(dice, "", value) for each in names}
        case inspect.NoneType():
            return None
        case _:
            return _scalar(dice, name, kind)


def _scalar(dice: Random, name: str, kind: inspect.Type) -> Any:  # noqa: ANN401 - a text, a number, a time
    match kind:
        case inspect.StrType(min_length=least):
            return dice.choice([text for text in POOLS.get(name, TEXTS) if text or not least])
        case inspect.IntType(ge=least, le=most):
            assert least is not None
            assert most is not None
            return dice.choice([number for number in (least, 0, 1, 2, 7, most) if least <= number <= most])
        case inspect.LiteralType(values=values):
            return dice.choice(values)
        case inspect.BoolType():
            return dice.random() < 0.5
        case inspect.DateType():
            return date(2024, 2, 28) + timedelta(days=dice.randint(0, 2))
        case inspect.DateTimeType():
            return dice.choice(MOMENTS)
        case _:
            message = f"no values are known for {kind}"
            raise TypeError(message)
