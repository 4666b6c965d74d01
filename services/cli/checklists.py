"""``regulars checklists``: what is to be done when something happens, by playbooks that people write and read."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Option

from services.checklists.errors import BadPlaybook
from services.checklists.playbook import Playbook
from services.checklists.publishing import Published, published
from services.checklists.reading import SHIPPED, load, shipped
from services.cli import points
from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.files import readable
from services.cli.session import bring_up_to_date, built, opened, say_parked, with_rows
from services.cli.terminal import AsJson, emit, plural, say, write, write_table
from services.desk import playbook as desk_playbook
from services.desk.deciding import Command, Order, Refused
from services.desk.desk import Desk
from services.desk.session import Done
from services.desk.storing import Cursor
from services.reports.checklists import CHECKLISTS

NOBODY = "cli"
"""Who decides at the command line where it is not said."""

What = Annotated[
    str, Argument(metavar="FILE", help="A playbook's file, a folder of them, or the name of a shipped one.")
]
Name = Annotated[str, Argument(metavar="NAME", help="The playbook's name.")]
By = Annotated[str, Option("--by", metavar="WHO", help="Who publishes it, such as staff:ann.")]
Since = Annotated[
    str | None,
    Option("--since", metavar="DAY", help="The day, in UTC, with whose beginning it is in force; now by itself."),
]


def list_playbooks(as_json: AsJson = False) -> None:
    """List the playbooks in force, and those that are shipped and only wait to be published."""
    with opened() as installation, installation.connect("regulars checklists") as connection:
        built(connection, [each for each in with_rows(installation.kafka) if each.name in CHECKLISTS.reads])
        found = published(connection)
    names = {each.name for each in found}
    waiting = [shipped(name) for name in SHIPPED if name not in names]
    if as_json:
        emit({"playbooks": [_document(each) for each in found], "shipped": [each.name for each in waiting]})
        return
    rows = [[each.name, each.title, _state(each), _steps(each.playbook)] for each in found]
    rows += [[each.name, each.title, "shipped, not published", _steps(each)] for each in waiting]
    write_table(["playbook", "title", "in force", "steps"], rows)
    for each in found:
        if each.problem:
            say(each.problem)


def check(what: What, as_json: AsJson = False) -> None:
    """Check playbooks, and say what they ask; nothing is published."""
    found = _read(what)
    if as_json:
        emit({"playbooks": [_told(each) for each in found]})
        return
    for playbook in found:
        _write(playbook)


def publish_playbooks(what: What, since: Since = None, by: By = "", as_json: AsJson = False) -> None:
    """Put playbooks in force: runs that begin from then on are asked their steps, and older ones what held before.

    The desk decides: all of a folder or none. Only a first version may be in force from a day that is over.
    """
    found = _read(what)
    now, day = datetime.now(UTC), None if since is None else points.day(since)
    _decide([(each.name, desk_playbook.publish(each, day)) for each in found], now, by)
    at = now if day is None else datetime.combine(day, time.min, UTC)
    if as_json:
        emit({"published": [each.name for each in found], "since": at})
        return
    names = ", ".join(each.name for each in found)
    write(f"In force from {at:%Y-%m-%d %H:%M} UTC: {names}. See 'regulars report checklists'.")


def withdraw(name: Name, by: By = "", as_json: AsJson = False) -> None:
    """Withdraw a playbook: nothing new is begun by it, and what has begun goes on."""
    with opened() as installation, installation.connect("regulars checklists") as connection:
        built(connection, [each for each in with_rows(installation.kafka) if each.name in CHECKLISTS.reads])
        known = [each.name for each in published(connection)]
    if name not in known:
        message = f"No playbook {name!r} is in force; there are: {', '.join(known) or 'none'}."
        raise Failure(message)
    _decide([(name, desk_playbook.Withdraw())], datetime.now(UTC), by)
    if as_json:
        emit({"playbook": name, "withdrawn": True})
    else:
        write(f"{name} is withdrawn; what has begun goes on.")


def _read(what: str) -> list[Playbook]:
    with _refusals():
        return [shipped(what)] if what in SHIPPED and not Path(what).exists() else load(readable(Path(what)))


def _decide(wanted: list[tuple[str, Command]], now: datetime, by: str) -> None:
    """Let the desk decide, and have it on the log; over Kafka 'regulars relay' brings it there."""
    orders = [Order("playbook", name, command, by or NOBODY) for name, command in wanted]
    with opened() as installation:
        say_parked(bring_up_to_date(installation, "checklists"))
        with closing(Desk(installation.dsn)) as desk, _refusals():
            desk.perform_all(orders, now, _all_or_none)
        say_parked(bring_up_to_date(installation, "checklists"))


def _all_or_none(_cursor: Cursor, outcomes: Sequence[Done | Refused]) -> None:
    for outcome in outcomes:
        if isinstance(outcome, Refused):
            raise outcome


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except BadPlaybook as error:
        sentence = f"{error}."
        raise Failure(sentence) from error
    except Refused as refused:
        raise Failure(refused.message, ExitCode.NO) from refused


def _state(each: Published) -> str:
    return "cannot be read" if each.problem else f"since {each.since:%Y-%m-%d}, version {each.version}"


def _steps(playbook: Playbook | None) -> str:
    return ", ".join(f"{step.name} {step.within}" for step in playbook.steps) if playbook else ""


def _write(playbook: Playbook) -> None:
    trigger = playbook.trigger
    where = f" in {', '.join(trigger.stores)}" if trigger.stores else ""
    which = f", number {trigger.nth} of a person" if trigger.nth else ""
    channels = f" by {', '.join(trigger.channels)}" if trigger.channels else ""
    off = f"; called off by {playbook.called_off_by}" if playbook.called_off_by else ""
    write(playbook.title or playbook.name, bold=True)
    begins = f"{playbook.name} begins with {trigger.event}{which}{where}{channels}{off}"
    write(f"{begins}: {plural(len(playbook.steps), 'step')}.")
    rows = [[step.name, step.title, step.within, step.who, step.seen or "a tick"] for step in playbook.steps]
    write_table(["step", "title", "within", "who", "shown by"], rows)


def _told(playbook: Playbook) -> dict[str, Any]:
    return {
        "name": playbook.name,
        "title": playbook.title,
        "trigger": playbook.trigger,
        "called_off_by": playbook.called_off_by,
        "steps": playbook.steps,
    }


def _document(each: Published) -> dict[str, Any]:
    told = {"name": each.name, "title": each.title, "version": each.version, "since": each.since, "by": each.by}
    return {**told, "problem": each.problem, "playbook": each.playbook and _told(each.playbook)}
