"""The published contract says what the code does: valid documents, and samples that agree with them."""

import copy
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import validator_for

from events.catalog import EVENTS
from events.codec import MAX_EVENT_BYTES, Codec, personal_fields, validated
from events.errors import BadEvent
from events.event import Event
from events.schema import (
    ASYNCAPI_FILE,
    EVENTS_TOPIC,
    INTAKE_TOPIC,
    asyncapi_document,
    event_schema,
    schema_file_name,
    write_schemas,
)
from tests.events.samples import SAMPLES_BY_TYPE

ASYNCAPI_SCHEMA = Path(__file__).parent / "data" / "asyncapi" / "asyncapi-3.0.0.json"
TOLD_OF_THE_INTAKE = [
    "structured mode",
    "key is the event's `subject`",
    "order of a partition",
    "without a key",
    "Headers",
    "counts once",
    "refused",
    "empty or no JSON",
    f"more than {MAX_EVENT_BYTES} bytes",
    "tracking plan",
    "deadletters list",
]
every_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.event_type)


def message(event: type[Event]) -> dict[str, Any]:
    """Return the sample of an event class as it stands on the wire."""
    decoded: dict[str, Any] = json.loads(Codec().encode(SAMPLES_BY_TYPE[event.event_type]))
    return decoded


def is_valid(event: type[Event], document: dict[str, Any]) -> bool:
    """Return whether a message keeps to the schema of an event class, formats included."""
    validator = Draft202012Validator(event_schema(event), format_checker=Draft202012Validator.FORMAT_CHECKER)
    return validator.is_valid(document)


def is_accepted(document: dict[str, Any]) -> bool:
    """Return whether the codec accepts a message."""
    try:
        validated(document)
    except BadEvent:
        return False
    return True


@pytest.fixture(scope="module")
def asyncapi_validator() -> Any:  # noqa: ANN401 - jsonschema's validators share no public type
    """Return a validator of AsyncAPI 3.0.0 documents."""
    schema = json.loads(ASYNCAPI_SCHEMA.read_bytes())
    return validator_for(schema)(schema)


@every_event
def test_each_schema_is_a_valid_schema(event: type[Event]) -> None:
    """Checked against the meta-schema of draft 2020-12."""
    schema = event_schema(event)

    Draft202012Validator.check_schema(schema)

    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


@every_event
def test_a_sample_keeps_to_its_schema_and_survives_the_wire(event: type[Event]) -> None:
    """Written, read and written again it is the same fact."""
    sample = SAMPLES_BY_TYPE[event.event_type]
    codec = Codec()

    read = codec.decode(codec.encode(sample))

    assert is_valid(event, message(event))
    assert read.data == (sample.data if event.upcast_to is None else sample.data.upcast())
    assert (read.id, read.time, read.subject) == (sample.id, sample.time, sample.subject)


@every_event
@pytest.mark.parametrize("attribute", ["id", "source", "specversion", "subject", "time", "type", "data"])
def test_schema_and_codec_both_refuse_a_missing_attribute(event: type[Event], attribute: str) -> None:
    """Every attribute of the envelope but the two identifiers of the story is required."""
    altered = message(event)
    del altered[attribute]

    assert not is_valid(event, altered)
    assert not is_accepted(altered)


@every_event
def test_schema_and_codec_agree_on_every_altered_field(event: type[Event]) -> None:
    """Each field in turn is left out, or holds a list of lists, which no field may; then one too many is added."""
    whole = message(event)
    required = set(event_schema(event)["$defs"][event.__name__]["required"])

    for name in whole["data"]:
        without, wrong = copy.deepcopy(whole), copy.deepcopy(whole)
        del without["data"][name]
        wrong["data"][name] = [[]]

        assert is_valid(event, without) == is_accepted(without) == (name not in required)
        assert not is_valid(event, wrong)
        assert not is_accepted(wrong)
    whole["data"]["colour_of_the_wall"] = "blue"
    assert not is_valid(event, whole)
    assert not is_accepted(whole)


@every_event
def test_personal_fields_carry_their_mark(event: type[Event]) -> None:
    """Whoever reads the log must see what it may not show."""
    properties = event_schema(event)["$defs"][event.__name__]["properties"]

    marked = {name for name, schema in properties.items() if schema.get("x-personal")}

    assert marked == set(personal_fields(event))


def test_the_asyncapi_document_keeps_to_asyncapi(asyncapi_validator: Any) -> None:  # noqa: ANN401
    """Checked against the official schema of AsyncAPI 3.0.0, which also refuses what is wrong."""
    document = asyncapi_document()
    broken = copy.deepcopy(document)
    broken["operations"]["receiveFacts"]["action"] = "listen"

    asyncapi_validator.validate(document)

    with pytest.raises(ValidationError, match="listen"):
        asyncapi_validator.validate(broken)


def test_both_topics_carry_every_message_keyed_by_subject() -> None:
    """Producers send on one topic, Regulars on the other; old versions stay readable, marked as such."""
    document = asyncapi_document()
    messages, schemas = document["components"]["messages"], document["components"]["schemas"]

    assert set(document["channels"]) == {INTAKE_TOPIC, EVENTS_TOPIC}
    for event in EVENTS:
        schema = schemas[messages[event.event_type]["payload"]["$ref"].rpartition("/")[2]]

        assert all(event.event_type in channel["messages"] for channel in document["channels"].values())
        assert messages[event.event_type]["bindings"]["kafka"]["key"] == schema["properties"]["subject"]
        assert schema["properties"]["type"] == {"enum": [event.event_type]}
        assert schema.get("deprecated", False) == (event.upcast_to is not None)


def test_the_intake_tells_producers_all_that_they_have_to_know() -> None:
    """What the value, the key and the headers of a record are for, and what becomes of a record that is no event."""
    intake = asyncapi_document()["channels"][INTAKE_TOPIC]

    told = [word for word in TOLD_OF_THE_INTAKE if word in intake["description"]]

    assert told == TOLD_OF_THE_INTAKE
    assert intake["bindings"]["kafka"]["topic"] == intake["address"] == INTAKE_TOPIC


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    """A dangling reference passes the meta-schema, and fails in everybody's tools."""
    document = asyncapi_document()
    references = [line.split('"')[3] for line in json.dumps(document, indent=0).splitlines() if '"$ref"' in line]

    assert references
    for reference in set(references):
        node: Any = document
        for name in reference.removeprefix("#/").split("/"):
            node = node[name]


def test_writing_gives_a_file_for_every_type_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    """So that a folder under version control shows a change of the contract, and nothing else."""
    folder = tmp_path / "not" / "there" / "yet"

    first = {path.name: path.read_bytes() for path in write_schemas(folder)}
    second = {path.name: path.read_bytes() for path in write_schemas(folder)}

    assert first == second
    assert set(first) == {schema_file_name(event) for event in EVENTS} | {ASYNCAPI_FILE}
    assert {path.name for path in folder.iterdir()} == set(first)
    assert msgspec.json.decode(first["regulars.search.performed.v2.json"])["title"] == "regulars.search.performed.v2"
