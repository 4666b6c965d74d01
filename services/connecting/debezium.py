"""Reads what Debezium writes about a table's changes: the envelope, with and without Kafka Connect's schema around it.

https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-events

The record that a translation is given is the envelope: ``before``, ``after``, ``op``, ``source``, ``ts_ms``. Two things
to know when writing one. Debezium itself tells a change again after a crash of its own, with another ``ts_ms``: name it
by ``source.lsn`` (or the binlog's ``file``, ``pos`` and ``row``) and the row's key. And a large value that an update
did not touch is not told; where Debezium writes a mark in its place, the field is left out here.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from events.errors import BadEvent, Fault

CHANGES = {"c", "u", "d", "r"}
UNAVAILABLE = "__debezium_unavailable_value"
AVRO = b"\0"


class Passed(StrEnum):
    """What is no change of a row, and so is passed over and counted."""

    TOMBSTONE = "tombstone"
    TRUNCATE = "truncate"
    MESSAGE = "logical message"
    HEARTBEAT = "heartbeat"
    TRANSACTION = "transaction mark"
    SCHEMA = "schema change"


_OTHER_OPERATIONS = {"t": Passed.TRUNCATE, "m": Passed.MESSAGE}


def change(value: bytes | None) -> dict[str, Any] | Passed:
    """Return the change that a message tells of, or what else it is. Raises BadEvent for what is not of Debezium."""
    if value is None:
        return Passed.TOMBSTONE
    envelope = _envelope(_document(value))
    if envelope is None:
        return Passed.TOMBSTONE
    if "op" not in envelope:
        return _without_operation(envelope)
    operation = envelope["op"]
    if isinstance(operation, str) and operation in CHANGES:
        _check(envelope, operation)
        return {**envelope, **{name: _told(envelope[name]) for name in ("before", "after") if name in envelope}}
    if isinstance(operation, str) and operation in _OTHER_OPERATIONS:
        return _OTHER_OPERATIONS[operation]
    raise BadEvent(Fault.INVALID_FIELD, "op", f"is {operation!r}, which is no operation of Debezium's")


def _document(value: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        return msgspec.json.decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        if value.startswith(AVRO):
            reason = "is Avro or another binary form: have Debezium write JSON, with JsonConverter"
            raise BadEvent(Fault.MALFORMED, "message", reason) from None
        raise BadEvent(Fault.MALFORMED, "message", f"is not valid JSON ({error})") from None
    except RecursionError:
        raise BadEvent(Fault.MALFORMED, "message", "is nested too deeply") from None


def _envelope(document: Any) -> Mapping[str, Any] | None:  # noqa: ANN401 - any JSON
    """Return the envelope without its schema; None for a tombstone."""
    if isinstance(document, dict) and document.keys() == {"schema", "payload"}:
        document = document["payload"]
    if document is not None and not isinstance(document, dict):
        raise BadEvent(Fault.MALFORMED, "message", "must be a JSON object")
    return document


def _without_operation(envelope: Mapping[str, Any]) -> Passed:
    if envelope.keys() <= {"ts_ms", "ts_us", "ts_ns"} and envelope:
        return Passed.HEARTBEAT
    if envelope.get("status") in ("BEGIN", "END") and "id" in envelope:
        return Passed.TRANSACTION
    if "ddl" in envelope or "tableChanges" in envelope:
        return Passed.SCHEMA
    reason = "is missing: this is no change envelope. A row alone, as ExtractNewRecordState leaves it, is not enough"
    raise BadEvent(Fault.INVALID_FIELD, "op", reason)


def _check(envelope: Mapping[str, Any], operation: str) -> None:
    """Refuse a change that does not tell what was changed."""
    needed = "before" if operation == "d" else "after"
    row = envelope.get(needed)
    if isinstance(row, dict) or (row is None and operation == "d"):  # a table may be set to tell nothing of what was
        return
    found = "is missing" if row is None else "must be an object"
    raise BadEvent(Fault.INVALID_FIELD, needed, f"{found}, and the operation is {operation}")


def _told(row: Any) -> Any:  # noqa: ANN401 - any JSON
    if not isinstance(row, dict):
        return row
    return {name: value for name, value in row.items() if value != UNAVAILABLE}
