"""``regulars log stats``: what the log holds, by partition and by type."""

from typing import Any

from psycopg.rows import dict_row

from events.log import EventLog
from events.log.cluster import Cluster
from projections._engine.registry import Connection
from services.cli.session import opened
from services.cli.terminal import AsJson, cell, emit, plural, progress, write, write_table
from services.installation import Installation

# Counted in one pass over the log.
COUNTED = """
SELECT {by}, count(*) AS records, sum(length(value))::bigint AS bytes,
       min(recorded_at) AS first_recorded_at, max(recorded_at) AS last_recorded_at,
       min("time") AS first_time, max("time") AS last_time
  FROM journal.event GROUP BY {by} ORDER BY {by}
"""
BY_PARTITION = COUNTED.format(by="partition")
BY_TYPE = COUNTED.format(by="type")

Row = dict[str, Any]

SIZE = "SELECT pg_total_relation_size('journal.event')"


def stats(as_json: AsJson = False) -> None:
    """Count the log's records and bytes by partition and by type, with the first and the last of each.

    It reads the whole log: once on Kafka, once for each of the two tables in the journal.
    """
    with opened() as installation:
        log = installation.log()
        if installation.kafka is None:
            partitions, types, on_disk = _in_journal(installation)
        else:
            partitions, types, on_disk = _on_kafka(log, installation.kafka)
        document = {
            "log_id": log.log_id,
            "partitions": log.partitions,
            "records": sum(each["records"] for each in partitions),
            "bytes": sum(each["bytes"] for each in partitions),
            "bytes_on_disk": on_disk,
            "by_partition": partitions,
            "by_type": types,
        }
    if as_json:
        emit(document)
    else:
        _show(document, "over all copies" if installation.kafka else "with indexes")


def _in_journal(installation: Installation) -> tuple[list[Row], list[Row], int | None]:
    with installation.connect() as connection:
        row = connection.execute(SIZE).fetchone()
        return _rows(connection, BY_PARTITION), _rows(connection, BY_TYPE), row[0] if row else 0


def _on_kafka(log: EventLog, cluster: Cluster) -> tuple[list[Row], list[Row], int | None]:
    from events.log import topics  # noqa: PLC0415 - only with Kafka, whose clients are slow to import
    from services.cli.log_counting import counted  # noqa: PLC0415 - as above

    with progress("Counting") as advance:
        counts = counted(log, advance)
    sizes = {topic.topic: topic.bytes_on_disk for topic in topics.describe(cluster)}
    return counts.by_partition(), counts.by_type(), sizes.get(cluster.events)


def _rows(connection: Connection, query: str) -> list[Row]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query).fetchall()


def _show(document: dict[str, Any], what_is_on_disk: str) -> None:
    on_disk = document["bytes_on_disk"]
    disk = "" if on_disk is None else f", {on_disk / 1e6:,.1f} MB on disk {what_is_on_disk}"
    write(f"log {document['log_id']}, {plural(document['partitions'], 'partition')}", bold=True)
    write(f"{plural(document['records'], 'record')}, {document['bytes'] / 1e6:,.1f} MB{disk}")
    write()
    names = ("records", "bytes")
    times = ("first_recorded_at", "last_recorded_at")
    _table("partition", document["by_partition"], (*names, *times))
    write()
    _table("type", document["by_type"], (*names, "first_time", "last_time"))


def _table(by: str, rows: list[Row], names: tuple[str, ...]) -> None:
    shown = [
        [str(row[by]), *(row[name] for name in names[:2]), *(cell(row[name])[:10] for name in names[2:])]
        for row in rows
    ]
    write_table([by, *(name.removesuffix("_at").replace("_", " ") for name in names)], shown)
