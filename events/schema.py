"""The published contract: a JSON Schema for every event type, and one AsyncAPI document for the topics.

Both are derived from the classes that the codec decodes with, so they cannot say anything else than the code does.
JSON Schema has no word for a few rules (the span of times, the most bytes, U+0000): the AsyncAPI document tells them.
"""

import inspect
from pathlib import Path
from typing import Any

import msgspec

from events.catalog import EVENTS
from events.codec import MAX_EVENT_BYTES, WIRE_CLASSES
from events.envelope import EARLIEST_TIME, LATEST_TIME
from events.event import Event
from events.sealing import MARK

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ASYNCAPI_VERSION = "3.0.0"
ASYNCAPI_FILE = "asyncapi.json"
CONTRACT_VERSION = "1.0.0"
"""The version of the topics and the envelope. An event type's own version is in its name."""

INTAKE_TOPIC = "regulars.intake"
EVENTS_TOPIC = "regulars.events"
CONTENT_TYPE = "application/cloudevents+json"

RULES = (
    f"Times lie between the years {EARLIEST_TIME.year} and {LATEST_TIME.year} and carry a zone. "
    f"An event has at most {MAX_EVENT_BYTES} bytes. No text holds the character U+0000. "
    "The same id with the same content counts once; with another content it is a conflict."
)
WRITING = (
    "Producers write facts here; Regulars checks each and writes it to the log of record in its canonical form. "
    "The value of a record is a whole CloudEvent in JSON (structured mode). Its key is the event's `subject` in UTF-8: "
    "the order of a partition is kept, and no other, so all who write about a subject choose its partition alike. "
    "A record without a key is taken too, at no promise of order. Headers are not read, nor is a record's timestamp. "
    "An acknowledged record may be written again: it counts once by the event's `id`."
)
REFUSED = (
    "What is no such event is refused alone, and those around it are taken: a value that is empty or no JSON, a type "
    f"or a field that does not stand here, more than {MAX_EVENT_BYTES} bytes, or what the tracking plan of the event's "
    "`source` blocks. It is kept as it was written, with field and reason: `regulars deadletters list` shows it, "
    "`regulars deadletters redrive` sends it again after a fix, and the topic `regulars.dead-letters` tells of it."
)
SEALED = (
    f"On {EVENTS_TOPIC} a field marked `x-personal` may be sealed: a string that starts with `{MARK}`. "
    "Once a person is erased it cannot be opened, and reads as absent."
)

Schema = dict[str, Any]


def schema_file_name(event: type[Event]) -> str:
    """Return the name of an event type's file, such as ``regulars.search.performed.v2.json``."""
    return f"{event.event_type}.json"


def event_schema(event: type[Event]) -> Schema:
    """Return the JSON Schema (draft 2020-12) of the whole CloudEvents message that carries ``event``."""
    (reference,), parts = msgspec.json.schema_components([WIRE_CLASSES[event]], ref_template="#/$defs/{name}")
    message = parts.pop(reference["$ref"].rpartition("/")[2])
    head = {"$schema": DIALECT, "$id": schema_file_name(event)}
    return {**head, **message, **_about(event), "$defs": _tidied(parts)}


def asyncapi_document() -> Schema:
    """Return the AsyncAPI document: the two topics, who may do what, and every message with its schema."""
    wire = [WIRE_CLASSES[event] for event in EVENTS]
    references, schemas = msgspec.json.schema_components(wire, ref_template="#/components/schemas/{name}")
    names = {event: reference["$ref"].rpartition("/")[2] for event, reference in zip(EVENTS, references, strict=True)}
    schemas = {name: _tidied(schema) for name, schema in schemas.items()}
    for event, name in names.items():
        schemas[name] |= _about(event)
    return {
        "asyncapi": ASYNCAPI_VERSION,
        "info": {
            "title": "Regulars events",
            "version": CONTRACT_VERSION,
            "description": f"Facts about customers as CloudEvents 1.0 in JSON, keyed by subject. {RULES}",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {
            INTAKE_TOPIC: _channel(INTAKE_TOPIC, f"{WRITING}\n\n{REFUSED}"),
            EVENTS_TOPIC: _channel(
                EVENTS_TOPIC, f"The log of record. Only Regulars writes here; everybody else reads. {SEALED}"
            ),
        },
        "operations": {
            "receiveFacts": _operation("receive", INTAKE_TOPIC, "Regulars takes in what producers send."),
            "sendFacts": _operation("send", EVENTS_TOPIC, "Regulars records a fact, once, in its canonical form."),
        },
        "components": {
            "messages": {event.event_type: _message(event, schemas[names[event]], names[event]) for event in EVENTS},
            "schemas": schemas,
        },
    }


def write_schemas(folder: Path) -> list[Path]:
    """Write a file for every event type, and the AsyncAPI document, into ``folder``; return their paths.

    The folder is made if it is missing. The same catalogue always gives the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    documents = {schema_file_name(event): event_schema(event) for event in EVENTS}
    documents[ASYNCAPI_FILE] = asyncapi_document()
    paths = []
    for name, document in documents.items():
        path = folder / name
        path.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
        paths.append(path)
    return paths


def _about(event: type[Event]) -> Schema:
    about: Schema = {"title": event.event_type, "description": _described(event)}
    if event.upcast_to is not None:
        about["deprecated"] = True
    return about


def _described(event: type[Event]) -> str:
    text = _plain(event.__doc__ or "")
    if event.upcast_to is None:
        return text
    return f"{text}\n\nStill read, as {event.upcast_to.event_type}. New producers send that."


def _channel(topic: str, description: str) -> Schema:
    messages = {event.event_type: {"$ref": f"#/components/messages/{event.event_type}"} for event in EVENTS}
    bindings = {"kafka": {"topic": topic, "bindingVersion": "0.5.0"}}
    return {"address": topic, "description": description, "messages": messages, "bindings": bindings}


def _operation(action: str, topic: str, summary: str) -> Schema:
    return {"action": action, "channel": {"$ref": f"#/channels/{topic}"}, "summary": summary}


def _message(event: type[Event], schema: Schema, name: str) -> Schema:
    return {
        "name": event.event_type,
        "title": event.__name__,
        "summary": _described(event),
        "contentType": CONTENT_TYPE,
        "payload": {"$ref": f"#/components/schemas/{name}"},
        "bindings": {"kafka": {"key": schema["properties"]["subject"], "bindingVersion": "0.5.0"}},
    }


def _tidied(node: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return the schema with its descriptions as Markdown, not as indented docstrings."""
    if isinstance(node, list):
        return [_tidied(child) for child in node]
    if not isinstance(node, dict):
        return node
    tidied = {name: _tidied(child) for name, child in node.items()}
    if isinstance(description := tidied.get("description"), str):
        tidied["description"] = _plain(description)
    return tidied


def _plain(docstring: str) -> str:
    return inspect.cleandoc(docstring).replace("``", "`")
