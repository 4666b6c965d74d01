"""``regulars import``: a file of facts onto the log, by a mapping that is shipped or your own."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Exit, Option

from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.files import readable
from services.cli.session import Projected, bring_up_to_date, log_to_append, opened, say_parked
from services.cli.terminal import AsJson, cell, emit, plural, say, stages, write
from services.connectors import loading
from services.connectors.importing import Summary
from services.connectors.importing import import_file as import_it
from services.connectors.mapping import Mapping

File = Annotated[Path, Argument(metavar="FILE", help="The file, or a folder of files that belong together.")]
As = Annotated[
    str | None, Option("--as", metavar="NAME", help=f"A mapping that is shipped: {', '.join(loading.BUILT_IN)}.")
]
MappingFile = Annotated[Path | None, Option("--mapping", metavar="FILE", help="Your own mapping, a YAML file.")]
Rejects = Annotated[
    Path | None,
    Option("--rejects", metavar="FILE", help="Where rows go that cannot be facts.", show_default="FILE.rejects.jsonl"),
]
NoProject = Annotated[bool, Option("--no-project", help="Leave it to others to fold what is new.")]


def import_file(
    file: File,
    *,
    name: As = None,
    mapping_file: MappingFile = None,
    rejects: Rejects = None,
    no_project: NoProject = False,
    as_json: AsJson = False,
) -> None:
    """Import a file of facts: CSV, JSON lines or Parquet, gz as is.

    The file is read whole and checked before anything is appended. Importing it again adds nothing. Rows that cannot be
    facts are written to FILE.rejects.jsonl with their line and the reason; the exit code is 3 where there are any, and
    where a fact conflicts with one that the log holds.

    Kafka does not know ids: importing again stores the facts again there, and the projections count each once.
    """
    mapping = _mapping(name, mapping_file)
    readable(file)
    with opened() as installation:
        with stages() as stage:
            summary = import_it(file, mapping, log_to_append(installation), rejects_path=rejects, heard=stage)
        if as_json:
            emit(summary)
        else:
            _show(summary)
        if not no_project:
            projected = bring_up_to_date(installation, "import")
            _show_projected(projected)
    if summary.rejected or summary.rejected_parts or summary.conflict:
        raise Exit(ExitCode.PARTLY)


def _mapping(name: str | None, file: Path | None) -> Mapping:
    if name is not None and file is None:
        return loading.built_in(name)
    if file is not None and name is None:
        return loading.load(file)
    message = f"Say what the rows mean, with one of --as {'|'.join(loading.BUILT_IN)} and --mapping FILE.yaml."
    raise Failure(message)


def _show(summary: Summary) -> None:
    write(f"{plural(summary.rows, 'row')} came to {plural(summary.events, 'event')}", bold=True)
    write(f"  imported   {summary.imported:>11,}")
    write(f"  duplicate  {summary.duplicate:>11,}  the log held them before")
    write(f"  conflict   {summary.conflict:>11,}  the log holds another content under their ids")
    write(f"  rejected   {summary.rejected:>11,}  rows that cannot be facts")
    if summary.rejected_parts:
        write(f"             {summary.rejected_parts:>11,}  parts of rows that cannot be")
    for reason, count in summary.reasons.items():
        write(f"    {count:,} x {cell(reason)}")
    if summary.rejects_path:
        write(f"  See {summary.rejects_path}")
    if summary.attribution:
        write(f"Data: {summary.attribution} ({summary.licence})")


def _show_projected(projected: Projected) -> None:
    say(f"The projections have them, folded {'here' if projected.here else 'by another process'}.")
    say_parked(projected)
