"""``regulars relay``: publishes on Kafka what the desk decided, what the reactions are to hear of, what was parked."""

from typing import Annotated

from typer import Option

from services.cli.failures import Failure
from services.cli.following import stop_on_signals
from services.cli.reporting import Lines, reported
from services.cli.warnings_told import tell_warnings
from services.relay.relaying import relay_until_stopped
from services.settings import Settings
from services.variables import KAFKA

AsLines = Annotated[bool, Option("--json", help="Print one JSON document a line, as it does anyway off a terminal.")]


def relay(as_lines: AsLines = False) -> None:
    """Publish what the outboxes hold on Kafka, each at least once, until told to stop.

    That is what the desk decides, who looked at whom, signals, offers and dead letters.

    What the desk decides goes onto the log of record, where an event counts once by its id. A message's header "id"
    stays the same when it is published again, as happens after a crash: readers tell by it. One relay of a database
    publishes at a time, another waits for it to end. While the database or Kafka is away, it waits. REGULARS_METRICS
    serves its metrics.
    """
    settings = Settings.from_environment()
    if settings.kafka is None:
        message = f"{KAFKA.name} is not set: a relay publishes on Kafka."
        raise Failure(message)
    tell_warnings()
    with stop_on_signals() as stop, reported(Lines(), as_lines=as_lines) as report:
        relay_until_stopped(settings, settings.kafka, stop, report)
        report.tell("stopped", "Stopped; what is not published yet waits in the database.")
