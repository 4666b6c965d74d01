"""``regulars door``: lets in what producers write to the intake on Kafka."""

from typing import Annotated

from typer import Option

from services.cli.failures import Failure
from services.cli.following import stop_on_signals
from services.cli.reporting import Lines, reported
from services.cli.warnings_told import tell_warnings
from services.intake.running import let_in_until_stopped
from services.settings import Settings
from services.variables import KAFKA

SkipLost = Annotated[
    bool,
    Option("--skip-lost", help="Go on at the first record that there is, where the intake no longer holds the next."),
]
AsLines = Annotated[bool, Option("--json", help="Print one JSON document a line, as it does anyway off a terminal.")]


def door(skip_lost: SkipLost = False, as_lines: AsLines = False) -> None:
    """Let in what producers write to the intake on Kafka: check it, and write it to the log of record.

    A record that is refused is kept with the reason: see 'regulars deadletters list'. Doors share the partitions of the
    intake; start as many as you like. SIGTERM and Ctrl-C store what was read and hand the partitions over. While the
    database or Kafka is away, it waits. REGULARS_METRICS serves its metrics.
    """
    settings = Settings.from_environment()
    if settings.kafka is None:
        message = f"{KAFKA.name} is not set: the intake is a topic on Kafka. Over HTTP it is 'regulars api'."
        raise Failure(message)
    tell_warnings()
    with stop_on_signals() as stop, reported(Lines(), as_lines=as_lines) as report:
        let_in_until_stopped(settings, settings.kafka, stop, report, skip_lost=skip_lost)
        report.tell("stopped", "Stopped; what was read is on the log.")
