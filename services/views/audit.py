"""Audit: the state as of any point, the last verdict of a verification, what guards the log, and what comes in.

Reads the jobs of the house, the log's ends, and the counts of the front door. Who looked at what, who signed in and who
decided what are views of their own (services/views/audit_{looks,sign_ins,decisions}.py).
"""

from collections.abc import Sequence
from typing import Any

from events.log.postgres import Journal
from projections import PROJECTIONS
from projections._engine import queries
from projections._engine.status import parked
from services.access.roles import Capability
from services.house import jobs
from services.house.folding_again import VERIFY
from services.house.jobs import Job
from services.reports import REPORTS
from services.views.view import Document, Parameters, Reading, Row, View

RECENT_DAYS = 30
RECENT_VERIFICATIONS = 10

# Days without any event have no row.
BY_DAY = """
SELECT day, source, sum(events) FILTER (WHERE outcome = 'stored')::bigint AS stored,
       sum(events) FILTER (WHERE outcome = 'duplicate')::bigint AS duplicates,
       sum(events) FILTER (WHERE outcome NOT IN ('stored', 'duplicate', 'ignored'))::bigint AS turned_away
  FROM ingest.tally WHERE day > (SELECT max(day) FROM ingest.tally) - %(days)s::integer
 GROUP BY day, source ORDER BY day DESC, source
"""

LAST_RECORDED = """
SELECT p.partition, p.next_offset, nullif(p.last_recorded_at, '-infinity') AS last_recorded_at
  FROM journal.partition AS p ORDER BY p.partition
"""

DIGESTS = "A verification folds the whole log again and compares: keep its digests to compare a later one with."
GUARDS: Sequence[tuple[str, str]] = (
    ("No chain of hashes", "The log keeps none: an event that was altered in the database itself is not shown by one."),
    ("Offsets without gaps", "Each event's offset is given under a lock, so that a missing event leaves a gap."),
    ("Ids that count once", "The same id with other content is refused, and kept as a conflict."),
    ("Digests", DIGESTS),
)
"""What guards the log, and what does not, as it is."""

GUARDS_ON_KAFKA: Sequence[tuple[str, str]] = (
    ("No chain of hashes", "The log keeps none: what was altered on the brokers themselves is not shown by one."),
    ("Offsets of Kafka's", "Kafka numbers the records of a partition and copies them; access lists say who may write."),
    ("Ids that count once", "Kafka remembers none: a known id is dropped where it is read, or parked as a conflict."),
    ("Digests", DIGESTS),
)
"""The same where the log is on Kafka."""


def answer(reading: Reading) -> Document:
    """Show the last verification with its digests, where the log stands, and what came in by day and source."""
    log = reading.house.log()
    recent = jobs.jobs(reading.connection, VERIFY, RECENT_VERIFICATIONS)
    last = next((job for job in recent if job.outcome.get("projections")), None)
    return {
        "figures": {
            "events": sum(log.ends().values()) - sum(log.starts().values()),
            "partitions": log.partitions,
            "log_id": log.log_id,
            "parked": parked(reading.connection),
        },
        "running": [job.document() for job in recent if job.state == "running"],
        "last": None if last is None else _verification(last),
        "guards": [
            {"what": what, "said": said} for what, said in (GUARDS if isinstance(log, Journal) else GUARDS_ON_KAFKA)
        ],
        "reports": [{"name": report.name, "title": report.title} for report in REPORTS],
        "tables": {
            "verified": last.outcome["projections"] if last else [],
            "verifications": [_verification(job) for job in recent],
            "by_day": queries.rows(reading.connection, BY_DAY, days=RECENT_DAYS),
            "partitions": _partitions(reading, log.ends()),
        },
    }


def _verification(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
        "seconds": job.seconds,
        "started_by": job.started_by,
        "state": job.state,
        "equal": job.outcome.get("equal"),
        "said": job.said,
    }


def _partitions(reading: Reading, ends: dict[int, int]) -> list[Row]:
    """Return where each partition ends, and when it was last written to, where the log lies in the database."""
    if any(ends.values()) and (rows := queries.rows(reading.connection, LAST_RECORDED)):
        held = {row["partition"]: row for row in rows}
        if all(held.get(partition, {}).get("next_offset") == end for partition, end in ends.items()):
            return [dict(row) for row in rows]
    return [{"partition": each, "next_offset": end, "last_recorded_at": None} for each, end in sorted(ends.items())]


AUDIT_VIEW = View(
    name="audit",
    path="/audit",
    title="Audit",
    answer=answer,
    parameters=Parameters,
    reads=tuple(each.name for each in PROJECTIONS),
    capability=Capability.AUDIT,
)
