"""``regulars sources plan`` and ``violations``: what a source may send, and what it sent that it may not."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Exit, Option

from services.cli import points
from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.session import opened
from services.cli.source_options import text_of
from services.cli.sources import found
from services.cli.terminal import AsJson, emit, encoded, printable, write, write_table
from services.ingest import registry, tallies

Name = Annotated[str, Argument(metavar="SOURCE", help="The source's name.")]
AnyName = Annotated[str | None, Argument(metavar="SOURCE", help="The source's name; without one, all sources.")]
File = Annotated[Path | None, Argument(metavar="FILE", help="A tracking plan to set, a YAML file.")]
Remove = Annotated[bool, Option("--remove", help="Remove its plan: everything is planned then.")]
Since = Annotated[str | None, Option("--since", metavar="DAY", help="Only from this day on, such as 2026-03-31.")]


def plan(source: Name, file: File = None, remove: Remove = False, as_json: AsJson = False) -> None:
    """Show a source's tracking plan, or set the one in a file, or remove it.

    A plan is a YAML document. Under types it lists event types, each with a list of the fields that are allowed, or
    with any; unplanned_types and unplanned_fields say what happens to others: block, flag or let. What a type requires
    need not be listed. A plan with a mistake is refused, and the one before stays. The exit code is 1 where there is
    none to show.
    """
    if file is not None and remove:
        message = "Give a FILE to set, or --remove, and not both."
        raise Failure(message)
    setting = "" if remove else None if file is None else text_of(file)
    with opened() as installation, installation.connect() as connection:
        if setting is not None:
            registry.change(connection, source, plan=setting)
        held = found(registry.sources(connection), source).source.plan
    if as_json:
        emit({"source": source, "plan": held})
    elif setting is not None:
        write(f"{source} has {'a tracking plan' if held else 'no tracking plan'} now.")
    else:
        write(printable(held).rstrip("\n") if held else f"{source} has no tracking plan: everything is planned.")
    if setting is None and not held:
        raise Exit(ExitCode.NO)


def violations(source: AnyName = None, since: Since = None, as_json: AsJson = False) -> None:
    """Count what did not keep to the tracking plans, by type and field, the commonest of each source first.

    What was blocked is not on the log: 'regulars deadletters list --fault unplanned' shows it. What was flagged is.
    """
    first_day = None if since is None else points.day(since)
    with opened() as installation, installation.connect() as connection:
        if source is not None:
            found(registry.sources(connection), source)
        rows = tallies.violations(connection, source=source, since=first_day)
    if as_json:
        emit({"violations": encoded(rows)})
    elif not rows:
        write("Everything kept to the plans.")
    else:
        names = ["source", "type", "field", "done", "events", "last at"]
        told = [
            [row.source, row.type, row.field or "the whole type", row.action, row.events, row.last_at] for row in rows
        ]
        write_table(names, told)
