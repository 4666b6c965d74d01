"""``regulars connect``: follows what another system holds, a table, a topic or a folder, and takes it in."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Exit, Option

from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.files import readable
from services.cli.following import stop_on_signals
from services.cli.reporting import Lines, Sentences, reported
from services.cli.terminal import emit, plural, printable, say, write
from services.cli.warnings_told import tell_warnings
from services.connecting.declaration import Connector
from services.connecting.errors import BadConnector, SourceAway, SourceChanged
from services.connecting.loading import load_connector
from services.connecting.running import connect_until_stopped
from services.connecting.showing import shown
from services.settings import Settings
from services.translation.errors import BadTranslation

File = Annotated[Path, Argument(metavar="FILE.yaml", help="The connector.")]
DryRun = Annotated[bool, Option("--dry-run", help="Show the first ten events that would come of it; change nothing.")]
Once = Annotated[bool, Option("--once", help="End when all that there is was taken; what is away ends it too.")]
AsLines = Annotated[bool, Option("--json", help="Print one JSON document a line, as it does anyway off a terminal.")]


def connect(file: File, *, dry_run: DryRun = False, once: Once = False, as_lines: AsLines = False) -> None:
    """Follow what another system holds, and take it in as events, until told to stop.

    A Postgres table or query by a cursor column, a table's changes as Debezium tells them on a topic of Kafka, or the
    files of a folder: FILE.yaml says which, and what a record means. How far it has read is kept in the database, and
    moves once the log has the events, so a restart loses nothing and doubles nothing.

    What cannot be an event is kept: see 'regulars deadletters list'; with --once the exit code is 3 then. While the
    source, the database or Kafka is away, it waits. It ends with exit code 4 where people have to look: the topic was
    made anew, or lost what was to be read next. REGULARS_METRICS serves its metrics.
    """
    settings = Settings.from_environment()
    tell_warnings()
    try:
        connector = load_connector(readable(file))
        if dry_run:
            _show(settings, connector, as_lines=as_lines)
        else:
            _follow(settings, connector, once=once, as_lines=as_lines)
    except (BadConnector, BadTranslation) as error:
        raise Failure(str(error)) from error
    except (SourceAway, SourceChanged) as error:
        raise Failure(str(error), ExitCode.UNAVAILABLE) from error


def _follow(settings: Settings, connector: Connector, *, once: bool, as_lines: bool) -> None:
    with stop_on_signals() as stop, reported(Sentences() if once else Lines(), as_lines=as_lines) as report:
        counts = connect_until_stopped(settings, connector, stop, report, once=once)
        if not once:
            report.tell("stopped", "Stopped; what was read is on the log, and the rest is where it was.")
    if once and counts.refused:
        raise Exit(ExitCode.PARTLY)


def _show(settings: Settings, connector: Connector, *, as_lines: bool) -> None:
    events = refused = 0
    for each in shown(settings, connector, say):
        events += bool(each.event)
        refused += not each.event
        if as_lines:
            emit(each.document())
        elif each.event:
            write(each.event.decode())
        else:
            say(printable(f"refused: {each.place}: {each.reason}"))
            if each.record:
                say(printable(f"         {each.record}"))
    if not as_lines:
        say(f"{plural(events, 'event')} shown, {refused:,} refused before them. Nothing was changed.")
