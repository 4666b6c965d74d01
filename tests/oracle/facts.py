"""Bytes of the log to facts: read with the standard library, checked, and old versions told as the newest does."""

import json
from typing import Any, NamedTuple, NoReturn

from tests.oracle.clock import day_of, microseconds_of
from tests.oracle.contract import MAX_EVENT_BYTES, Contract, text_flaw

Data = dict[str, Any]


class NotAnEvent(ValueError):
    """Why a record's bytes are no valid event."""


class Fact(NamedTuple):
    """One event: ``time`` in microseconds since 1970, ``day`` its day in UTC, ``wire_type`` the type as it was sent."""

    id: str
    type: str
    time: int
    day: str
    subject: str
    data: Data
    wire_type: str


def refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and the infinities, which Python would read and JSON does not have."""
    message = f"{name} is no JSON"
    raise ValueError(message)


DECODER = json.JSONDecoder(parse_constant=refuse_constant)
UNREADABLE = (ValueError, RecursionError)


def newest_search(old: Data) -> Data:
    """Return the data of ``regulars.search.performed.v1`` as the second version has it."""
    return {"query": old["q"], "result_count": old["hits"]}


def newest_order(old: Data) -> Data:
    """Return the data of ``regulars.order.placed.v1`` as the second version has it: with its total."""
    return {
        "order": old["order_id"],
        "currency": old["currency"],
        "lines": [
            {"product": item["sku"], "quantity": item["qty"], "unit_price_minor": item["price_minor"]}
            for item in old["items"]
        ],
        "total_minor": sum(item["qty"] * item["price_minor"] for item in old["items"]),
    }


def newest_amendment(old: Data) -> Data:
    """Return the data of ``regulars.order.amended.v1`` as the second version has it: the same."""
    return old


def newest_traits(old: Data) -> Data:
    """Return the data of ``regulars.customer.traits_changed.v1`` as the second version has it."""
    return {"traits": {old["trait"]: old["value"]} if old.get("value") else {}}


UPCASTS = {
    "regulars.search.performed.v1": ("regulars.search.performed.v2", newest_search),
    "regulars.order.placed.v1": ("regulars.order.placed.v2", newest_order),
    "regulars.order.amended.v1": ("regulars.order.amended.v2", newest_amendment),
    "regulars.customer.traits_changed.v1": ("regulars.customer.traits_changed.v2", newest_traits),
}


def parsed(value: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return the JSON of a record. Raises NotAnEvent."""
    try:
        return DECODER.decode(value.decode())
    except UNREADABLE as error:
        message = f"is no JSON: {type(error).__name__}: {error}"
        raise NotAnEvent(message) from None


class Reader:
    """Reads facts by a contract."""

    def __init__(self, contract: Contract) -> None:
        """Hold every record to ``contract``."""
        self._contract = contract
        self._holds = contract.holds

    def read(self, value: bytes) -> Fact:
        """Return the fact that a record tells. Raises NotAnEvent with the reason."""
        document = parsed(value)
        sent = document.get("type") if type(document) is dict else None
        declared = sent if type(sent) is str else ""
        holds = self._holds.get(declared)
        escaped = b"\\u" in value  # only an escape can bring U+0000 or half of a surrogate pair in
        if holds is None or not holds(document) or len(value) > MAX_EVENT_BYTES or (escaped and text_flaw(document)):
            raise NotAnEvent(self._contract.why_not(value, document) or "is refused, though JSON Schema would take it")
        text: str = document["time"]
        time = microseconds_of(text)
        data = document["data"]
        newest = declared
        if declared in UPCASTS:
            newest, upcast = UPCASTS[declared]
            data = upcast(data)
        return Fact(document["id"], newest, time, day_of(text, time), document["subject"], data, declared)

    def why_not(self, value: bytes) -> str:
        """Return why bytes are no event, by the word of the JSON Schema; empty if they are one."""
        try:
            return self._contract.why_not(value, parsed(value))
        except NotAnEvent as refused:
            return str(refused)
