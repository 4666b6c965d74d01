"""``regulars log stats``: what the log holds, by partition and by type."""

from typing import Any

from psycopg.rows import dict_row

from projections._engine.registry import Connection
from services.cli.session import opened
from services.cli.terminal import AsJson, cell, emit, plural, write, write_table

# Counted in one pass over the log.
COUNTED = """
SELECT {by}, count(*) AS records, sum(length(value))::bigint AS bytes,
       min(recorded_at) AS first_recorded_at, max(recorded_at) AS last_recorded_at,
       min("time") AS first_time, max("time") AS last_time
  FROM journal.event GROUP BY {by} ORDER BY {by}
"""
BY_PARTITION = COUNTED.format(by="partition")
BY_TYPE = COUNTED.format(by="type")

SIZE = "SELECT pg_total_relation_size('journal.event')"


def stats(as_json: AsJson = False) -> None:
    """Count the log's records and bytes by partition and by type, with the first and the last of each.

    It reads the whole log once for each of the two tables.
    """
    with opened() as installation, installation.connect() as connection:
        log = installation.journal()
        partitions, types = _rows(connection, BY_PARTITION), _rows(connection, BY_TYPE)
        row = connection.execute(SIZE).fetchone()
        document = {
            "log_id": log.log_id,
            "partitions": log.partitions,
            "records": sum(each["records"] for each in partitions),
            "bytes": sum(each["bytes"] for each in partitions),
            "bytes_on_disk": row[0] if row else 0,
            "by_partition": partitions,
            "by_type": types,
        }
    if as_json:
        emit(document)
    else:
        _show(document)


def _rows(connection: Connection, query: str) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query).fetchall()


def _show(document: dict[str, Any]) -> None:
    megabytes = document["bytes"] / 1e6, document["bytes_on_disk"] / 1e6
    write(f"log {document['log_id']}, {plural(document['partitions'], 'partition')}", bold=True)
    write(
        f"{plural(document['records'], 'record')}, {megabytes[0]:,.1f} MB, {megabytes[1]:,.1f} MB on disk with indexes"
    )
    write()
    names = ("records", "bytes")
    times = ("first_recorded_at", "last_recorded_at")
    _table("partition", document["by_partition"], (*names, *times))
    write()
    _table("type", document["by_type"], (*names, "first_time", "last_time"))


def _table(by: str, rows: list[dict[str, Any]], names: tuple[str, ...]) -> None:
    shown = [
        [str(row[by]), *(row[name] for name in names[:2]), *(cell(row[name])[:10] for name in names[2:])]
        for row in rows
    ]
    write_table([by, *(name.removesuffix("_at").replace("_", " ") for name in names)], shown)
