"""``regulars rebuild``: projections built again from the first event, beside the live ones, which go on meanwhile."""

from typing import Annotated, Any, NamedTuple

from typer import Argument, Exit, Option

from events.log import EventLog
from projections._engine import rebuild as engine
from projections._engine.digest import TableDigest, table_digest
from projections._engine.registry import Connection, Table, live_tables
from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.session import built, opened, projections_named
from services.cli.terminal import AsJson, emit, plural, progress, write
from services.installation import Installation
from services.settings import Settings

Names = Annotated[list[str] | None, Argument(metavar="NAME", help="Which projections to build again.")]
All = Annotated[bool, Option("--all", help="All of them.")]


class _Rebuilt(NamedTuple):
    """The digests before and after; ``equal`` is None where events came in between."""

    before: TableDigest
    after: TableDigest

    @property
    def equal(self) -> bool | None:
        """Whether the new rows are the old ones."""
        if self.before.positions != self.after.positions:
            return None
        return self.before.digest == self.after.digest


def rebuild(names: Names = None, everything: All = False, as_json: AsJson = False) -> None:
    """Build projections again from the first event, beside the live ones, and swap.

    The digests before and after are printed. The exit code is 1 where they differ at equal positions: then the old
    rows were not what the log says, and the new ones are.
    """
    if bool(names) == everything:
        message = "Name the projections to build again, or give --all."
        raise Failure(message)
    settings = Settings.from_environment()
    named = projections_named(names, settings.kafka)
    with opened(settings) as installation, installation.connect() as connection:
        # All of them are those that this database keeps.
        tables = (everything and live_tables(connection, named)) or built(connection, named)
        log = installation.log()
        done = [_rebuilt(installation, log, connection, table) for table in tables]
    if as_json:
        emit({"projections": [_document(each) for each in done]})
    else:
        for each in done:
            _show(each)
    if any(each.equal is False for each in done):
        raise Exit(ExitCode.NO)


def _rebuilt(installation: Installation, log: EventLog, connection: Connection, table: Table) -> _Rebuilt:
    before = table_digest(connection, table)
    total = sum(log.ends().values()) - sum(log.starts().values())
    with progress(f"Building {table.projection.name} again") as advance:
        after = engine.rebuild(
            table.projection,
            log,
            installation.connect,
            lambda so_far: advance(so_far.events, total),
        )
    return _Rebuilt(before, after)


def _document(rebuilt: _Rebuilt) -> dict[str, Any]:
    before, after = rebuilt
    return {
        "name": after.projection,
        "equal": rebuilt.equal,
        "before": before.digest,
        "after": after.digest,
        "rows_before": before.rows,
        "rows": after.rows,
        "positions": after.positions,
    }


def _show(rebuilt: _Rebuilt) -> None:
    before, after = rebuilt
    write(
        f"{after.projection}: {plural(after.rows, 'row')} at {plural(sum(after.positions.values()), 'event')}",
        bold=True,
    )
    write(f"  before  {before.digest}")
    write(f"  after   {after.digest}")
    match rebuilt.equal:
        case True:
            write("  equal", colour="green")
        case False:
            write(f"  DIFFERENT: there were {plural(before.rows, 'row')}", colour="red")
        case None:
            write("  not comparable: events came in between")
