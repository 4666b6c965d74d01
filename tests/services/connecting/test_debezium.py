"""What Debezium writes is told apart: changes of rows, and what is none."""

import json
from typing import Any

import pytest

from events.errors import BadEvent
from services.connecting.debezium import Passed, change
from tests.services.connecting.changes import SAMPLES


def written(message: object) -> bytes:
    """Return a message as it lies on the topic."""
    return json.dumps(message).encode()


@pytest.mark.parametrize("name", ["update", "delete", "with transaction"])
@pytest.mark.parametrize("schema", [None, {"type": "struct", "fields": []}])
def test_a_change_is_its_envelope_with_and_without_a_schema(name: str, schema: object) -> None:
    """The translation is given what Debezium says, and nothing around it."""
    envelope = SAMPLES[name]

    assert change(written(envelope)) == envelope
    assert change(written({"schema": schema, "payload": envelope})) == envelope


def test_the_documented_message_with_its_whole_schema_is_read() -> None:
    """Its payload is the record."""
    found = change(written(SAMPLES["create"]))

    assert found == SAMPLES["create"]["payload"]


def test_a_row_of_a_snapshot_is_a_change() -> None:
    """It is read and not written: op is r."""
    read = {**SAMPLES["update"], "op": "r", "before": None}

    assert change(written(read)) == read


@pytest.mark.parametrize(
    ("message", "passed"),
    [
        (SAMPLES["truncate"], Passed.TRUNCATE),
        (SAMPLES["message"], Passed.MESSAGE),
        (SAMPLES["transaction begin"], Passed.TRANSACTION),
        (SAMPLES["transaction end"], Passed.TRANSACTION),
        ({"ts_ms": 1559033904863}, Passed.HEARTBEAT),
        ({"ts_ms": 1559033904863, "ts_us": 1559033904863841, "ts_ns": 1559033904863841257}, Passed.HEARTBEAT),
        ({"source": {}, "databaseName": "shop", "ddl": "CREATE TABLE a (b int)", "tableChanges": []}, Passed.SCHEMA),
    ],
)
def test_what_is_no_change_of_a_row_is_passed_over(message: object, passed: Passed) -> None:
    """By what it is, so that it can be counted; with a schema around it, it is the same."""
    assert change(written(message)) == passed
    assert change(written({"schema": {"type": "struct"}, "payload": message})) == passed


def test_a_tombstone_has_no_value() -> None:
    """Kafka needs it to forget a key."""
    assert change(None) == change(b"null") == change(b'{"schema": null, "payload": null}') == Passed.TOMBSTONE


def test_a_value_that_was_not_told_is_not_there() -> None:
    """Debezium writes a mark in the place of a large value that an update did not touch; it is nobody's address."""
    row = {"id": 1, "notes": "__debezium_unavailable_value"}

    found = change(written({**SAMPLES["update"], "after": row, "before": None}))

    assert isinstance(found, dict)
    assert (found["after"], found["before"]) == ({"id": 1}, None)


def test_a_delete_may_tell_nothing_of_what_was() -> None:
    """A table can be set up so."""
    assert change(written({**SAMPLES["delete"], "before": None})) == {**SAMPLES["delete"], "before": None}


def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in SAMPLES["update"].items() if key != name}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (b"\x00\x00\x00\x00\x01\x02", "message: is Avro or another binary form: have Debezium write JSON"),
        (b"{", "message: is not valid JSON (Input data was truncated)"),
        (b"", "message: is not valid JSON (Input data was truncated)"),
        (b"[" * 5000, "message: is nested too deeply"),
        (b"[]", "message: must be a JSON object"),
        (b'{"schema": null, "payload": 7}', "message: must be a JSON object"),
        (written({"id": 1, "email": "annek@noanswer.org"}), "op: is missing: this is no change envelope. A row alone"),
        (written({}), "op: is missing: this is no change envelope"),
        (written({"status": [1], "id": 1}), "op: is missing: this is no change envelope"),
        (written({**SAMPLES["update"], "op": "x"}), "op: is 'x', which is no operation of Debezium's"),
        (written({**SAMPLES["update"], "op": 1}), "op: is 1, which is no operation of Debezium's"),
        (written(_without("after")), "after: is missing, and the operation is u"),
        (written({**SAMPLES["create"]["payload"], "after": 1}), "after: must be an object, and the operation is c"),
        (written({**SAMPLES["delete"], "before": [1]}), "before: must be an object, and the operation is d"),
    ],
)
def test_what_debezium_does_not_write_is_refused_with_its_place(value: bytes, message: str) -> None:
    """One sentence, whatever came."""
    with pytest.raises(BadEvent) as refused:
        change(value)

    assert str(refused.value).startswith(message)
