"""How every projection stands: its lag, how fast it folds, its rows, what is parked, its last digest, what is built."""

from collections.abc import Iterator, Sequence
from typing import Any

from projections import PROJECTIONS
from projections._engine.registry import Connection
from projections._engine.status import BUILDING, Status, leaders, parked, statuses
from services.house import jobs
from services.house.folding_again import KINDS, last_digests
from services.house.jobs import REFRESH, Job
from services.views.folding_rates import FoldingRates, Rate
from services.views.inflow import lately
from services.views.view import Document, Parameters, Reading, View

LATE_SECONDS = 60.0
"""A projection that is so far behind is late, and not only at work."""

RECENT_JOBS = 12
FOLDING_RATES = FoldingRates()


def answer(reading: Reading) -> Document:
    """Every projection with its version, rows, lag in events and seconds, and parked events; who projects; the jobs."""
    log = reading.house.log()
    came = lately(log, reading.connection)
    found = statuses(reading.connection, PROJECTIONS, log, exact=False)
    recent = sorted(_jobs(reading.connection), key=lambda job: job.started_at, reverse=True)
    digests = last_digests([(job.ended_at, job.outcome) for job in recent if job.state != "running"])
    rates = _rates(reading.connection, found)
    rows = [_told(status._asdict(), digests) | _pace(status, rates[status.table], came.per_second) for status in found]
    served = [row for row in rows if row["state"] != BUILDING]
    slowest = max(served, key=lambda row: (row["lag_events"], row["lag_seconds"]), default=None)
    return {
        "figures": {
            "projections": len({row["name"] for row in rows}),
            "current": sum(row["standing"] == "current" for row in served),
            "served": len(served),
            "slowest": slowest["name"] if slowest else None,
            "lag_events": slowest["lag_events"] if slowest else 0,
            "lag_seconds": slowest["lag_seconds"] if slowest else 0.0,
            "parked": parked(reading.connection),
            "events_per_second": came.per_second,
            "events_on_log": sum(log.ends().values()) - sum(log.starts().values()),
        },
        "came": came.steps,
        "leaders": [each._asdict() for each in leaders(reading.connection)],
        "running": [job.document() for job in recent if job.state == "running"],
        "tables": {"projections": rows, "jobs": [_row(job) for job in recent[:RECENT_JOBS]]},
    }


def _rates(connection: Connection, found: Sequence[Status]) -> dict[str, Rate]:
    info = connection.info
    folded = {status.table: sum(status.positions.values()) for status in found}
    return FOLDING_RATES.of((info.host, info.port, info.dbname), folded)


def _pace(status: Status, rate: Rate, coming_per_second: float) -> dict[str, float | None]:
    """Return how fast one folds, and how long it takes to catch up."""
    left = rate.catch_up_seconds(status.lag_events, coming_per_second)
    return {"folded_per_second": rate.events_per_second, "catch_up_seconds": left}


def _jobs(connection: Connection) -> Iterator[Job]:
    for kind in (*KINDS, REFRESH):
        yield from jobs.jobs(connection, kind, RECENT_JOBS)


def _told(row: dict[str, Any], digests: dict[str, dict[str, Any]]) -> dict[str, Any]:
    last = digests.get(row["name"], {})
    return {
        **row,
        "standing": _standing(row),
        "digest": last.get("digest"),
        "digest_at": last.get("at"),
        "digest_positions": last.get("positions"),
        "digest_holds": last.get("positions") == {str(at): offset for at, offset in row["positions"].items()},
    }


def _standing(row: dict[str, Any]) -> str:
    """Return how one stands, in a word."""
    match row["state"]:
        case "building":
            return "building"
        case "not built":
            return "not built"
        case _ if row["lag_seconds"] > LATE_SECONDS:
            return "late"
        case _ if row["lag_events"]:
            return "catching up"
        case _:
            return "current"


def _row(job: Job) -> dict[str, Any]:
    names = ("id", "kind", "what", "state", "started_by", "started_at", "ended_at", "progress", "total", "said")
    return {**{name: getattr(job, name) for name in names}, "seconds": job.seconds}


PROJECTIONS_VIEW = View(
    name="projections",
    path="/projections",
    title="Projections",
    answer=answer,
    parameters=Parameters,
    reads=tuple(each.name for each in PROJECTIONS),
)
