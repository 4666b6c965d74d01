"""A row of Postgres as a JSON object, without loss: what a translation is given.

Postgres writes the row as JSON itself. A ``numeric`` becomes a text (``"12.50"``), since a JSON number that is read as
a float would lose digits; so do numbers within ``json`` that a float cannot hold exactly. ``bytea`` becomes base64,
times become ISO 8601 in UTC, those without a zone by the connector's ``timezone``. Of a time that the clock shows twice
when summer ends, the first one is meant. ``infinity``, and what lies before the year 1 or after 9999, stay Postgres'
own text.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from psycopg.postgres import types

from events.errors import BadEvent, Fault

NUMERICS = {types["numeric"].oid, types["numeric"].array_oid}
BYTEA = types["bytea"].oid
NAIVE = types["timestamp"].oid
MOST_INTEGER = 2**63 - 1
TIMES = ("timestamptz", "timestamp", "date")

_HEX = "\\x"


class _Written(str):
    """A number with a fraction or an exponent, as it was written."""

    __slots__ = ()


@dataclass(frozen=True)
class Row:
    """How the rows of a source are read: their columns' types, and the zone of times that have none."""

    types: Mapping[str, int]
    zone: ZoneInfo

    def record(self, body: bytes) -> dict[str, Any] | BadEvent:
        """Return the row that Postgres wrote as JSON, or what is wrong with it."""
        try:
            written: dict[str, Any] = _DECODER.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            return BadEvent(Fault.MALFORMED, "row", f"is no text in UTF-8 ({error})")
        except RecursionError:
            return BadEvent(Fault.MALFORMED, "row", "is nested too deeply")
        return {name: self._value(self.types.get(name, 0), value) for name, value in written.items()}

    def _value(self, kind: int, value: Any) -> Any:  # noqa: ANN401 - any JSON
        if value is None or isinstance(value, bool):
            return value
        if kind in NUMERICS:
            return _texts(value)
        if kind == BYTEA and isinstance(value, str) and value.startswith(_HEX):
            return base64.b64encode(bytes.fromhex(value.removeprefix(_HEX))).decode()
        if kind == NAIVE:
            return _in_utc(value, self.zone)
        return _plain(value)


def naive_columns(columns: Mapping[str, int]) -> Sequence[str]:
    """Return the columns that hold times without a zone."""
    return [name for name, kind in columns.items() if kind == NAIVE]


def moment(kind: str, cursor: str, zone: ZoneInfo) -> datetime | None:
    """Return when a row came about by its cursor, in UTC; None where the cursor is a number, or no time of ours."""
    if kind not in TIMES:
        return None
    try:
        found = datetime.fromisoformat(cursor)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _in_utc(value: str, zone: ZoneInfo) -> str:
    try:
        return datetime.fromisoformat(value).replace(tzinfo=zone).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return value


def _texts(value: Any) -> Any:  # noqa: ANN401 - any JSON
    return [_texts(child) for child in value] if isinstance(value, list) else value if value is None else str(value)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    match value:
        case _Written():
            return _number(value)
        case int() if not isinstance(value, bool) and abs(value) > MOST_INTEGER:
            return str(value)
        case dict():
            return {name: _plain(child) for name, child in value.items()}
        case list():
            return [_plain(child) for child in value]
        case _:
            return value


def _number(written: str) -> float | str:
    """Return a float, or the text of a number that no float is."""
    try:
        number = float(written)
        return number if Decimal(repr(number)) == Decimal(written) else str(written)
    except (InvalidOperation, OverflowError):
        return str(written)


_DECODER = msgspec.json.Decoder(dict[str, Any], float_hook=_Written)
