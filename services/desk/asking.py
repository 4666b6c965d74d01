"""What can be asked of the desk, for whoever asks in text: commands as JSON or as words, and their schemas."""

from collections.abc import Mapping, Sequence
from inspect import cleandoc
from typing import Any, NamedTuple

import msgspec

from services.desk.deciding import Aggregate, Command, Refused, command_name
from services.strict_yaml import wrong

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
STRUCTURED = ("[", "{")


class Asked(NamedTuple):
    """A command that there is: its name, what it is for, and its fields as a JSON schema."""

    name: str
    about: str
    schema: Mapping[str, Any]


def aggregate_of(aggregates: Mapping[str, Aggregate[Any]], name: str) -> Aggregate[Any]:
    """Return an aggregate by its name. Raises Refused."""
    try:
        return aggregates[name]
    except KeyError:
        message = f"There is no aggregate {name[:64]!r}; there are: {', '.join(sorted(aggregates))}."
        raise Refused("unknown_aggregate", message, field="aggregate") from None


def class_of(aggregate: Aggregate[Any], name: str) -> type[Command]:
    """Return an aggregate's command by its name. Raises Refused."""
    named = aggregate.named()
    try:
        return named[name]
    except KeyError:
        raise no_command(aggregate, name) from None


def no_command(aggregate: Aggregate[Any], name: str) -> Refused:
    """Return why nothing can be done by a command that an aggregate has not."""
    message = f"There is no command {name[:64]!r} for {aggregate.name}; there are: {', '.join(aggregate.named())}."
    return Refused("unknown_command", message, field="command")


def from_json(command: type[Command], body: bytes) -> Command:
    """Return a command with the fields that a JSON object says; none where the body is empty. Raises Refused."""
    try:
        return msgspec.json.decode(body or b"{}", type=command)
    except msgspec.ValidationError as error:
        raise _refused(error, command) from None
    except UNREADABLE as error:
        raise Refused("malformed", f"body: is no valid JSON ({error}).", field="body") from None


def from_words(command: type[Command], words: Sequence[str]) -> Command:
    """Return a command with the fields that words say, ``name=text`` each; lists and objects as JSON.

    Raises Refused.
    """
    said: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name:
            message = f"{word!r} says no field: write name=text, such as {_example(command)}."
            raise Refused("malformed", message, field=word)
        if name in said:
            raise Refused("malformed", f"{name} is said twice: say it once.", field=name)
        said[name] = text
    try:
        return msgspec.convert(said, command, strict=False)
    except msgspec.ValidationError as error:
        structured = {name: _structured(text) for name, text in said.items()}
        if structured == said:
            raise _refused(error, command) from None
    try:
        return msgspec.convert(structured, command, strict=False)
    except msgspec.ValidationError as error:
        raise _refused(error, command) from None


def commands_of(aggregate: Aggregate[Any]) -> list[Asked]:
    """Return what can be asked about one of an aggregate."""
    return [Asked(command_name(each), about(each), schema_of(each)) for each in aggregate.commands]


def about(command: type[Command]) -> str:
    """Return what a command is for, in a sentence."""
    return " ".join(cleandoc(command.__doc__ or "").partition("\n\n")[0].replace("``", "").split())


def schema_of(command: type[Command]) -> dict[str, Any]:
    """Return the JSON schema of a command's fields, which stands for itself."""
    (schema,), parts = msgspec.json.schema_components([command])
    whole = parts.pop(schema["$ref"].rpartition("/")[2]) if "$ref" in schema else schema
    return {**whole, "$defs": parts} if parts else whole


def _structured(text: str) -> Any:  # noqa: ANN401 - whatever it says
    if not text.startswith(STRUCTURED):
        return text
    try:
        return msgspec.json.decode(text)
    except UNREADABLE:
        return text


def _refused(error: msgspec.ValidationError, command: type[Command]) -> Refused:
    field, reason = wrong(error, f"a field of {command_name(command)}, which has {_fields(command) or 'none'}")
    return Refused("invalid_field", f"{field or 'body'}: {reason}.", field=field or "body")


def _fields(command: type[Command]) -> str:
    return ", ".join(command.__struct_fields__)


def _example(command: type[Command]) -> str:
    return f"{next(iter(command.__struct_fields__), 'reason')}=..."
