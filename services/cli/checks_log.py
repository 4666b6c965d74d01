"""The checks of ``regulars doctor`` that follow an event: onto the log, into the projections, and out again."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from time import perf_counter
from uuid import uuid4

from events.catalog.operations import ProbeSent
from events.codec import Codec
from events.envelope import Envelope
from events.errors import BadEvent
from events.log import EventLog, Receipt
from projections import PROJECTIONS
from projections._engine.registry import Connection
from projections._engine.status import NOT_BUILT, Status, leaders, parked, statuses
from services.cli.checks import Check, State, of_clocks
from services.cli.failures import Failure
from services.cli.session import FILLED_FROM, bring_up_to_date
from services.installation import Installation

PROBE_SOURCE = "urn:regulars:doctor"
PROBE_SUBJECT = "probe:doctor"

HAS_TIMELINE = "SELECT to_regclass('projection.timeline') IS NOT NULL"
PROBE_SEEN = "SELECT count(*) FROM projection.timeline WHERE subject = %s AND id = %s"


def of_log(installation: Installation, connection: Connection, patience_seconds: float) -> Iterator[Check]:
    """Check the log, the projections, and a fact's whole way through them.

    Where another process projects, it gets ``patience_seconds`` to fold what is new. Nothing is appended to a log that
    the projections are not of.
    """
    log = installation.log()
    yield _readable(log)
    identity = _identity(connection, log)
    yield identity
    if identity.state is State.BAD:
        return
    yield from _probe(installation, connection, log, patience_seconds)
    yield _lag(statuses(connection, PROJECTIONS, log), log)
    yield _parked(connection)


def _readable(log: EventLog) -> Check:
    starts, ends = log.starts(), log.ends()
    codec = Codec()
    bad = 0
    for partition, end in ends.items():
        for record in log.records(partition, end - 1, 1) if end > starts[partition] else ():
            try:
                codec.decode(record.value)
            except BadEvent:
                bad += 1
    found = f"{sum(ends.values()) - sum(starts.values()):,} events in {len(ends)} partitions"
    if bad:
        return Check("log", State.WARN, f"{found}; the last one of {bad} partitions is unreadable", "See log tail.")
    return Check("log", State.OK, f"{found}, readable")


def _identity(connection: Connection, log: EventLog) -> Check:
    for log_id, partitions in connection.execute(FILLED_FROM).fetchall():
        if log_id != log.log_id:
            finding = f"there are some of another log, {log_id}, and this is {log.log_id}"
            advice = "Go back to that log; 'regulars log copy' moves a journal; 'regulars rebuild --all' begins anew."
            return Check("checkpoints", State.BAD, finding, advice)
        if partitions != log.partitions:
            finding = f"they are of {partitions} partitions, and the log has {log.partitions}"
            advice = "A count never changes: a subject's events would lie in two. See 'regulars topics check'."
            return Check("checkpoints", State.BAD, finding, advice)
    return Check("checkpoints", State.OK, f"they belong to this log, {log.log_id}")


def _probe(
    installation: Installation, connection: Connection, log: EventLog, patience_seconds: float
) -> Iterator[Check]:
    """Send a fact the whole way: append it, fold it, and find it again."""
    probe = f"doctor-{uuid4()}"
    fact = Envelope(
        id=probe,
        source=PROBE_SOURCE,
        time=datetime.now(UTC),
        subject=PROBE_SUBJECT,
        data=ProbeSent(probe=probe),
    )
    begun = perf_counter()
    (receipt,) = log.append([fact])
    if not log.queryable:
        yield _broker_clock(log, receipt, fact.time)
    try:
        projected = bring_up_to_date(installation, "doctor", patience_seconds=patience_seconds)
    except Failure as failure:
        names = ", ".join(f"'{each.application_name}'" for each in leaders(connection)) or "the process that projects"
        yield Check("probe", State.BAD, str(failure), f"See what {names} says, or stop it and start it again.")
        return
    place = f"{receipt.partition}@{receipt.offset}"
    who = "here" if projected.here else "by the process that projects"
    if connection.execute(HAS_TIMELINE).fetchone() != (True,):
        yield Check("probe", State.OK, f"appended at {place} and folded {who}; this database keeps no timeline")
        return
    row = connection.execute(PROBE_SEEN, [PROBE_SUBJECT, probe]).fetchone()
    milliseconds = 1000 * (perf_counter() - begun)
    if row != (1,):
        yield Check("probe", State.BAD, f"appended at {place}, and the timeline lacks it", "Please report this.")
        return
    yield Check("probe", State.OK, f"appended at {place}, folded {who}, and found again in {milliseconds:,.0f} ms")


def _broker_clock(log: EventLog, receipt: Receipt, sent_at: datetime) -> Check:
    (record,) = log.records(receipt.partition, receipt.offset, 1)
    now = datetime.now(UTC)
    skew = max(sent_at - record.recorded_at, record.recorded_at - now).total_seconds()
    return of_clocks("broker clock", "the broker's", max(0.0, skew))


def _lag(listed: Sequence[Status], log: EventLog) -> Check:
    missing = [status.name for status in listed if status.state == NOT_BUILT]
    if missing and (log.queryable or len(missing) == len(listed)):
        return Check("projections", State.BAD, f"not built: {', '.join(missing)}", "Run 'regulars up'.")
    kept = [status for status in listed if status.state != NOT_BUILT]
    lag, seconds = max(status.lag_events for status in kept), max(status.lag_seconds for status in kept)
    if lag:
        finding = f"{lag:,} events behind, of which the oldest came {seconds:,.1f} s ago"
        return Check("projections", State.WARN, finding, "Give 'regulars up' time, or see that it runs.")
    if missing:
        finding = f"{len(kept)} have seen everything; not kept in this database: {', '.join(missing)}"
        return Check("projections", State.WARN, finding, "If they should be here, run 'regulars up'.")
    return Check("projections", State.OK, f"all {len(listed)} have seen everything")


def _parked(connection: Connection) -> Check:
    count = parked(connection)
    if count:
        return Check("parked", State.WARN, f"{count:,} events", "See 'regulars deadletters list'.")
    return Check("parked", State.OK, "no event is parked")
