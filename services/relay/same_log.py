"""Sees that what the desk decided goes to the log that the projections are of: elsewhere it is lost from sight."""

from events.log.errors import LogRefused
from projections._engine.registry import Connection
from services.variables import KAFKA, TOPIC_PREFIX

FILLED_FROM = """
SELECT c.log_id, count(DISTINCT c.partition)
  FROM engine.checkpoint AS c JOIN engine.projection AS p USING (table_name)
 WHERE p.state <> 'retired' AND (c.log_id <> %(log_id)s OR c.partition >= %(partitions)s)
 GROUP BY c.log_id ORDER BY c.log_id LIMIT 1
"""


def refuse_another_log(connection: Connection, log_id: str, partitions: int) -> None:
    """Raise LogRefused where the projections of this database are of another log, or of more partitions."""
    found = connection.execute(FILLED_FROM, {"log_id": log_id, "partitions": partitions}).fetchone()
    if found is None:
        return
    message = (
        f"The projections of this database were filled from log {found[0]}, and this is log {log_id}, of {partitions}"
        " partitions: what the desk decided would be lost from sight there. Nothing was appended. Set"
        f" {KAFKA.name} and {TOPIC_PREFIX.name} as they were."
    )
    raise LogRefused(message)
