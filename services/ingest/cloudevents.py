"""CloudEvents 1.0 over HTTP: binary, structured and batched, for the types of the catalogue.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
"""

import base64
import binascii
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

import msgspec

from events.codec import Codec
from events.envelope import Envelope
from events.errors import BadEvent, Fault
from services.ingest.recent import digest
from services.ingest.sent import MOST_BYTES, Sent, refuse_many, too_large
from services.ingest.told_apart import told_apart

BATCH = "application/cloudevents-batch+json"
STRUCTURED = "application/cloudevents+json"
PREFIX = b"ce-"

Headers = Iterable[tuple[bytes, bytes]]
"""Names, in lower case, and values as they came."""

_CODEC = Codec()
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
_JSON = re.compile(r"^(application/json|text/json|[^;]*\+json)\b", re.IGNORECASE)
_ID_CHARACTERS = 256


class _Said(msgspec.Struct):
    """What is looked at before the codec has its word."""

    id: Any = None
    data_base64: Any = None
    datacontenttype: Any = None


def messages(content_type: str, headers: Headers, body: bytes) -> list[Sent]:
    """Return the messages of a request. Raises BadEvent where it holds none that could be told apart."""
    named = [(name, value) for name, value in headers if name.startswith(PREFIX)]
    if any(name == b"ce-specversion" for name, _ in named):
        return [message(structured(content_type, named, body))]
    if is_batch(content_type, body):
        return [message(bytes(each)) for each in _members(body)]
    return [message(body)]


def is_batch(content_type: str, body: bytes) -> bool:
    """Return whether a body is a list of events, by what the request says, or else by how it begins."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == BATCH or (kind != STRUCTURED and body.lstrip()[:1] == b"[")


def message(body: bytes) -> Sent:
    """Return one event in structured mode as a message."""
    if len(body) > MOST_BYTES:
        return Sent(_unread(body), "", body, digest(body), too_large(len(body)))
    try:
        said = msgspec.json.decode(body, type=_Said)
        name = said.id[:_ID_CHARACTERS] if isinstance(said.id, str) and said.id else _unread(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        said, name = _Said(), _unread(body)
    try:
        found = event(body if said.data_base64 is None else _plain(body))
        return Sent(name, "", body, digest(_CODEC.encode(found)), [found])  # the same in every mode
    except BadEvent as error:
        return Sent(name, "", body, digest(body), error)


def event(body: bytes) -> Envelope:
    """Return the event of the catalogue that a structured one is. Raises BadEvent."""
    return _CODEC.decode(body)


def kept_events(body: bytes) -> list[Envelope]:
    """Return the events of a message as it was kept. Raises BadEvent."""
    sent = message(body)
    if isinstance(sent.events, BadEvent):
        raise sent.events
    return list(sent.events)


def structured(content_type: str, named: Headers, body: bytes) -> bytes:
    """Return an event in structured mode that came in binary mode."""
    attributes = {name.removeprefix(PREFIX).decode("latin-1"): _text(value) for name, value in named}
    if content_type and not _JSON.match(content_type):
        return msgspec.json.encode({**attributes, "datacontenttype": content_type, "data_base64": body})
    return msgspec.json.encode({**attributes, "data": _data(body)})


def _data(body: bytes) -> msgspec.Raw | str:
    """Return the data of an event in binary mode as they are, or the text that stands there in place of JSON."""
    if not body.strip():
        return msgspec.Raw(b"{}")
    try:
        return msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.MsgspecError, RecursionError):
        return body.decode(errors="backslashreplace")


def _members(body: bytes) -> list[msgspec.Raw]:
    try:
        try:
            found = _LIST.decode(body)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            _, found = told_apart(body, _LIST.decode, list)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadEvent(Fault.MALFORMED, "body", f"is no JSON list of events ({error})") from None
    except RecursionError:
        raise BadEvent(Fault.MALFORMED, "body", "is nested too deeply") from None
    refuse_many(len(found))
    return found


def _plain(body: bytes) -> bytes:
    """Return an event whose data came in base64 with the JSON that they are."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return body  # the codec says what is wrong with it
    declared, held = document.get("datacontenttype"), document.pop("data_base64")
    if declared and not (isinstance(declared, str) and _JSON.match(declared)):
        raise BadEvent(Fault.INVALID_FIELD, "datacontenttype", f"is {declared!r}; the data of our events are JSON")
    try:
        data = base64.b64decode(held, validate=True)
        document["data"] = msgspec.json.decode(data)
    except (TypeError, ValueError, RecursionError, binascii.Error, msgspec.MsgspecError):
        raise BadEvent(Fault.INVALID_FIELD, "data_base64", "is no JSON in base64") from None
    return msgspec.json.encode(document)


def _text(value: bytes) -> str:
    """Return a header's value: percent-encoded UTF-8 by the specification, plain text by some of its libraries."""
    try:
        plain = value.decode()
    except UnicodeDecodeError:
        plain = value.decode("latin-1")
    return unquote(plain) if _ESCAPED.search(plain) else plain


def _unread(body: bytes) -> str:
    return f"unread-{digest(body):016x}"
