"""``regulars pump``: one of the processes that keep the projections in step with the log on Kafka."""

from typing import Annotated

from typer import Option

from projections import PROJECTIONS
from projections._engine.group_pump import BATCH_EVENTS
from services.cli.failures import Failure
from services.cli.following import stop_on_signals
from services.cli.reporting import Lines, reported
from services.cli.session import projections_named
from services.cli.warnings_told import tell_warnings
from services.pump.pumping import Work, pump_until_stopped
from services.settings import Settings
from services.variables import KAFKA

Names = Annotated[
    str | None,
    Option(
        "--projections",
        metavar="NAME,NAME",
        show_default="all",
        help="Keep only these; pumps that share a database name the same ones, or none of each other's.",
    ),
]
Batch = Annotated[int, Option("--batch", min=1, metavar="EVENTS", help="About how many events a transaction takes.")]
AsLines = Annotated[bool, Option("--json", help="Print one JSON document a line, as it does anyway off a terminal.")]


def pump(names: Names = None, batch: Batch = BATCH_EVENTS, as_lines: AsLines = False) -> None:
    """Keep projections in step with the log on Kafka, together with other pumps, until told to stop.

    Pumps of the same projections in one database share the log's partitions. SIGTERM and Ctrl-C commit what was read
    and hand the partitions over. While the database or Kafka is away, it waits. It ends with exit code 4 where people
    have to look: the log was made anew, lost records, or a declaration changed. REGULARS_METRICS serves its metrics.
    """
    settings = Settings.from_environment()
    if settings.kafka is None:
        message = f"{KAFKA.name} is not set: a pump reads from Kafka. In the embedded mode 'regulars up' projects."
        raise Failure(message)
    named = None if names is None else [name.strip() for name in names.split(",")]
    if named == [""]:
        message = f"Name projections, such as {PROJECTIONS[0].name},{PROJECTIONS[1].name}."
        raise Failure(message)
    projections = projections_named(named, settings.kafka)
    tell_warnings()
    with stop_on_signals() as stop, reported(Lines(), as_lines=as_lines) as report:
        pump_until_stopped(settings, settings.kafka, stop, report, Work(projections, batch))
        report.tell("stopped", "Stopped; everything that was folded is committed, and the partitions are handed over.")
