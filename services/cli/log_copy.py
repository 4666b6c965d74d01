"""``regulars log copy``: from the journal onto Kafka, and the projections go on there."""

from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from typer import Option

from events.log import EventLog, copying, topics
from events.log.cluster import Cluster
from events.log.copying import Copied
from events.log.kafka import KafkaLog
from events.log.reaching import listening
from events.log.topic_findings import Severity
from projections._engine.moving import Moved, move
from projections._engine.projector import LEADER
from projections._engine.registry import Connection
from projections._engine.status import leader
from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.session import FILLED_FROM, opened
from services.cli.terminal import AsJson, emit, plural, progress, write
from services.installation import Installation
from services.settings import Settings
from services.variables import KAFKA, TOPIC_PREFIX


class Target(StrEnum):
    """Where a log can be copied to."""

    KAFKA = "kafka"


To = Annotated[Target, Option("--to", help="Where to; the other log is the journal of this installation.")]


class _Done(NamedTuple):
    """What a copying came to; both are None where it was done before."""

    journal_id: str
    log_id: str
    copied: Copied | None
    moved: Moved | None


def copy(to: To = Target.KAFKA, as_json: AsJson = False) -> None:
    """Copy the journal onto the Kafka topic that the settings name, and have the projections go on there.

    Every record gets the place that it had, partition by partition, and keeps its time of recording; so nothing is
    built again but the timeline, and what was known at a time stays what it was. Topics are made before by 'regulars
    topics create', with as many partitions as the journal has. Nobody may project or append meanwhile, and the journal
    takes no events afterwards. What was interrupted goes on when it is run again.
    """
    del to  # there is one
    settings = Settings.from_environment()
    if settings.kafka is None:
        message = f"{KAFKA.name} is not set: it names Kafka's brokers, like kafka-1:9092,kafka-2:9092."
        raise Failure(message)
    with opened(settings) as installation:
        done = _copied(installation, settings.kafka)
    if as_json:
        emit(_document(done, settings.kafka))
    else:
        _show(done, settings.kafka)


def _copied(installation: Installation, cluster: Cluster) -> _Done:
    listening(cluster)
    target = KafkaLog(cluster)
    try:
        with installation.connect("regulars log copy") as connection:
            return _with(connection, target, cluster)
    finally:
        target.close()


def _with(connection: Connection, target: KafkaLog, cluster: Cluster) -> _Done:
    _lead(connection)
    with copying.held_still(connection) as journal:
        before = copying.left_for(connection)
        if before == target.log_id:
            return _Done(journal.log_id, target.log_id, None, None)
        _refuse(connection, journal, target, before)
        copying.beginning(journal, target)
        _refuse_bad_topic(cluster)
        with progress("Copying") as advance:
            copied = copying.copy(journal, target, cluster, advance)
        moved = move(connection, journal, target.log_id)
        copying.leave(connection, target.log_id)
        return _Done(journal.log_id, target.log_id, copied, moved)


def _lead(connection: Connection) -> None:
    """Keep everybody else from projecting until the connection closes. Raises Failure where somebody does."""
    if connection.execute(LEADER).fetchone() == (True,):
        return
    other = leader(connection)
    name = f": '{other.application_name}'" if other else ""
    message = f"Another process projects{name}. Stop it first."
    raise Failure(message, ExitCode.UNAVAILABLE)


def _refuse(connection: Connection, journal: EventLog, target: EventLog, before: str | None) -> None:
    """Raise Failure where the journal is not the log of these projections."""
    if before is not None:
        message = (
            f"The journal was copied to log {before} before, and that is the log of record since. {TOPIC_PREFIX.name}"
            f" and {KAFKA.name} name another one, {target.log_id}."
        )
        raise Failure(message)
    for log_id, _ in connection.execute(FILLED_FROM).fetchall():
        if log_id not in {journal.log_id, target.log_id}:
            message = f"The projections of this database were filled from log {log_id}, and not from its journal."
            raise Failure(message)


def _refuse_bad_topic(cluster: Cluster) -> None:
    """Raise Failure where the topic is no place for a log of record; how it stamps is seen to while copying."""
    for finding in topics.check(cluster):
        if (finding.topic, finding.severity) == (cluster.events, Severity.BAD):
            if finding.sentence.startswith(copying.STAMP):
                continue
            message = f"{finding.topic}: {finding.sentence} {finding.advice}"
            raise Failure(message)


def _document(done: _Done, cluster: Cluster) -> dict[str, Any]:
    return {
        "topic": cluster.events,
        "from": done.journal_id,
        "to": done.log_id,
        "held_before": done.copied.held if done.copied else None,
        "copied": done.copied.copied if done.copied else 0,
        "tables": done.moved.tables if done.moved else [],
        "dead_letters": done.moved.dead_letters if done.moved else 0,
    }


def _show(done: _Done, cluster: Cluster) -> None:
    if done.copied is None or done.moved is None:
        write(f"The journal was copied to {cluster.events} before. Nothing was changed.")
        return
    held = f", {done.copied.held:,} were there before" if done.copied.held else ""
    write(f"{plural(done.copied.copied, 'record')} copied to {cluster.events}{held}.", bold=True)
    letters = f", and with {plural(done.moved.dead_letters, 'parked event')}" if done.moved.dead_letters else ""
    write(f"{plural(len(done.moved.tables), 'table')} go on there where they stood{letters}.")
    write(f"From now on the log of record is on Kafka: {KAFKA.name} belongs to everything that uses this installation.")
