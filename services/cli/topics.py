"""``regulars topics create``, ``describe`` and ``check``: our topics on Kafka."""

from datetime import timedelta
from typing import Annotated, Any

from typer import Exit, Option

from events.log import topics
from events.log.cluster import Cluster
from events.log.topic_findings import Severity
from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.terminal import AsJson, emit, encoded, write, write_table
from services.settings import Settings
from services.variables import KAFKA

SIGNS = {Severity.OK: ("✓", "green"), Severity.WARN: ("!", "yellow"), Severity.BAD: ("✗", "red")}
MADE = ("topic", "partitions", "copies", "made")
DESCRIBED = ("topic", "topic id", "partitions", "copies", "kept", "offsets", "MB on disk")

Replication = Annotated[
    int | None,
    Option(
        "--replication",
        min=1,
        metavar="COPIES",
        show_default=False,
        help="How many copies a new topic has; unset it is three, or as many as there are brokers.",
    ),
]


def create(replication: Replication = None, as_json: AsJson = False) -> None:
    """Make the topics on Kafka that are missing; what is there stays as it is.

    New topics have REGULARS_PARTITIONS partitions. One that has another number of them is refused, since a subject's
    events would no longer lie in one partition.
    """
    settings = Settings.from_environment()
    made = topics.create(_cluster(settings), settings.partitions, replication)
    if as_json:
        emit({"topics": encoded(made)})
    else:
        write_table(
            MADE, [[each.topic, each.partitions, each.replication, "now" if each.made else "before"] for each in made]
        )


def describe(as_json: AsJson = False) -> None:
    """Show the topics on Kafka: partitions, copies, offsets, sizes.

    Offsets are added up over a topic's partitions; the size is that of all copies together. The exit code is 1 where
    there are no topics.
    """
    cluster = _cluster(Settings.from_environment())
    found = topics.describe(cluster)
    if as_json:
        emit({"servers": cluster.servers, "topics": encoded(found)})
    elif found:
        write_table(DESCRIBED, map(_row, found))
    else:
        write(f"Kafka at {cluster.servers} has no topic {cluster.events}: run 'regulars topics create'.")
    if not found:
        raise Exit(ExitCode.NO)


def check(as_json: AsJson = False) -> None:
    """Compare the topics on Kafka with what they have to be.

    What is bad loses or hides events, or will: then the exit code is 1. Each finding comes with what to do about it.
    """
    settings = Settings.from_environment()
    found = topics.check(_cluster(settings), settings.partitions)
    healthy = all(finding.severity is not Severity.BAD for finding in found)
    if as_json:
        emit({"healthy": healthy, "findings": encoded(found)})
    else:
        for finding in found:
            sign, colour = SIGNS[finding.severity]
            write(f"{sign} {finding.severity.value:<4}  {finding.topic}: {finding.sentence}", colour=colour)
            if finding.advice:
                write(f"        {finding.advice}")
    if not healthy:
        raise Exit(ExitCode.NO)


def _cluster(settings: Settings) -> Cluster:
    if settings.kafka is None:
        message = f"{KAFKA.name} is not set: it names Kafka's brokers, like kafka-1:9092,kafka-2:9092."
        raise Failure(message)
    return settings.kafka


def _row(described: topics.Description) -> list[Any]:
    size = described.bytes_on_disk
    return [
        described.topic,
        described.topic_id,
        described.partitions,
        described.replication,
        _kept(described.retention_ms),
        "no leader" if described.end_offsets is None else f"{described.start_offsets:,} to {described.end_offsets:,}",
        None if size is None else size / 1e6,
    ]


def _kept(retention_ms: int | None) -> str:
    if retention_ms is None:
        return "unknown"
    return "for good" if retention_ms < 0 else f"{timedelta(milliseconds=retention_ms) / timedelta(days=1):g} days"
