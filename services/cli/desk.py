"""``regulars desk``: has something done by the rules, and shows how what is decided on stands."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Annotated, Any

import msgspec
from typer import Argument, Option

from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.rows import EMPTY
from services.cli.session import bring_up_to_date, opened, say_parked
from services.cli.terminal import AsJson, cell, emit, say, write, write_table
from services.desk.aggregates import BY_NAME
from services.desk.asking import Asked, aggregate_of, class_of, commands_of, from_words
from services.desk.deciding import Aggregate, Order, Refused
from services.desk.desk import Desk
from services.desk.mapping import Decided

NOTHING: tuple[object, ...] = (*EMPTY, False, ())
MISTAKES = {"unknown_aggregate", "unknown_command", "malformed", "invalid_field"}
"""What was written wrongly, and not refused by a rule."""

What = Annotated[str, Argument(metavar="AGGREGATE", help="What is decided on, such as complaint.")]
Which = Annotated[str, Argument(metavar="ID", help="Which one, such as c-1.")]
Word = Annotated[str, Argument(metavar="COMMAND", help="What is to be done, such as reply.")]
Fields = Annotated[
    list[str] | None,
    Argument(metavar="FIELD=TEXT...", help="The command's fields, such as channel=mail; a list or an object as JSON."),
]
By = Annotated[str, Option("--by", metavar="WHO", help="Who decides, such as anna.")]
Expected = Annotated[
    int | None, Option("--expect", metavar="VERSION", min=0, help="Refuse where it is at another version by now.")
]
Key = Annotated[str, Option("--key", metavar="KEY", help="Have it count once, however often it is said.")]
Only = Annotated[str | None, Argument(metavar="AGGREGATE", help="What is decided on; everything where it is not said.")]


def list_commands(aggregate: Only = None, as_json: AsJson = False) -> None:
    """List what can be decided on, by which commands, and their fields; of one aggregate with what each is for."""
    with _refusals():
        found = list(BY_NAME.values()) if aggregate is None else [aggregate_of(BY_NAME, aggregate)]
    if as_json:
        emit({"aggregates": [_document(each) for each in found]})
        return
    if aggregate is None:
        rows = [[each.name, asked.name, _fields(asked)] for each in found for asked in commands_of(each)]
        write_table(["aggregate", "command", "fields"], rows)
        write()
        write("A field with * has to be said. 'regulars desk list AGGREGATE' tells what each command is for.")
        return
    write(found[0].about, bold=True)
    write_table(["command", "fields", "what it is for"], [[a.name, _fields(a), a.about] for a in commands_of(found[0])])


def do(
    aggregate: What,
    name: Which,
    command: Word,
    by: By,
    fields: Fields = None,
    expected: Expected = None,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Have something done, if the rules allow it; what happens is on the log by then, or 'regulars relay' brings it.

    A command that a rule refuses ends with 1, and with the sentence that says why.
    """
    with _refusals():
        asked = from_words(class_of(aggregate_of(BY_NAME, aggregate), command), fields or [])
    with opened() as installation:
        say_parked(bring_up_to_date(installation, "desk"))
        with closing(Desk(installation.dsn)) as desk, _refusals():
            done = desk.perform(Order(aggregate, name, asked, by, key, expected), desk.now())
            history = desk.history(aggregate, name)
        say_parked(bring_up_to_date(installation, "desk"))
    if as_json:
        emit({"aggregate": aggregate, "id": name, "version": done.version, "events": done.events})
        return
    told = [each.envelope.data.event_type for each in history if each.envelope.id in done.events]
    if done.repeated:
        say("This was said before under that key, and done then.")
    write(f"{aggregate} {name}: {', '.join(told) or 'nothing to do, it is so already'}; version {done.version}.")


def show(aggregate: What, name: Which, as_json: AsJson = False) -> None:
    """Show how one of them stands, by what was decided here and what others said, and the history of the decisions."""
    with _refusals():
        found = aggregate_of(BY_NAME, aggregate)
    with opened() as installation:
        say_parked(bring_up_to_date(installation, "desk"))
        with closing(Desk(installation.dsn)) as desk:
            state, version = desk.state(aggregate, name)
            history = desk.history(aggregate, name)
    if not version and state == found.begin(name):
        message = f"Nothing is known of a {aggregate} {name!r}."
        raise Failure(message, ExitCode.NO)
    if as_json:
        facts = [each.envelope for each in history]
        emit({"aggregate": aggregate, "id": name, "version": version, "state": state, "history": facts})
        return
    write(f"{aggregate} {name}, version {version}", bold=True)
    for part, value in _told(state, name).items():
        write(f"  {part.replace('_', ' ')}: {value}")
    if history:
        write()
        write_table(["version", "time (UTC)", "what was decided", "with"], map(_row, history))


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        code = ExitCode.USAGE if refused.code in MISTAKES else ExitCode.NO
        raise Failure(refused.message, code) from refused


def _fields(asked: Asked) -> str:
    required = asked.schema.get("required", ())
    return ", ".join(f"{name}*" if name in required else name for name in asked.schema.get("properties", ()))


def _told(value: object, of: str) -> Mapping[str, str]:
    """Return what is not empty of a struct, as people read it, and without ``of``, the id of what is looked at."""
    told = msgspec.to_builtins(value, builtin_types=(datetime,))
    return {name: _words(part) for name, part in told.items() if part not in NOTHING and part != of}


def _words(value: object) -> str:
    match value:
        case dict():
            return ", ".join(f"{name}: {_words(part)}" for name, part in value.items() if part not in NOTHING)
        case list() | tuple():
            return "; ".join(_words(part) if isinstance(part, dict) else _parts(part) for part in value)
        case _:
            return cell(value)


def _parts(value: object) -> str:
    return " ".join(_words(part) for part in value if part not in NOTHING) if isinstance(value, list) else cell(value)


def _row(decided: Decided) -> list[object]:
    envelope = decided.envelope
    told = _told(envelope.data, decided.originator_id.partition(":")[2])
    what = envelope.data.event_type.removeprefix("regulars.").rpartition(".")[0]
    with_ = ", ".join(f"{name}: {part}" for name, part in told.items())
    return [decided.originator_version, f"{envelope.time:%Y-%m-%d %H:%M:%S}", what, with_]


def _document(each: Aggregate[Any]) -> dict[str, Any]:
    commands = [asked._asdict() for asked in commands_of(each)]
    return {"name": each.name, "about": each.about, "commands": commands}
