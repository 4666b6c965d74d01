"""The whole judgement: takes a snapshot of Postgres, reads the log once, compares, and says what is wrong."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.oracle import checks
from tests.oracle.contract import Contract, published
from tests.oracle.differences import Compared, compare
from tests.oracle.duplicates import WINDOW_OFFSETS, Duplicates, Repeat
from tests.oracle.facts import Reader
from tests.oracle.findings import Findings
from tests.oracle.folds_people import Profile
from tests.oracle.kafka_log import kafka_log
from tests.oracle.ledger import Ledger
from tests.oracle.log import Log
from tests.oracle.parked import Parked
from tests.oracle.signals import check_signals
from tests.oracle.stored import Connection, Stored, snapshot, stored, timeline_rows
from tests.oracle.tables import TABLES, TIMELINE


@dataclass(frozen=True)
class Verdict:
    """What the oracle found. ``equal`` is whether there is no finding.

    ``lost`` counts acknowledged events that the log lacks and effects that the tables lack, ``doubled`` effects that
    they have too much. A table's ``behind`` is how many offsets the log has that it has not come to.
    """

    equal: bool
    findings: list[str]
    events: int
    per_type: dict[str, int]
    duplicates: int
    conflicts: int
    parked: int
    lost: int
    doubled: int
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the verdict as JSON has it."""
        return asdict(self)


def run(  # noqa: PLR0913 - what is judged, and by what
    kafka: str,
    prefix: str,
    dsn: str,
    *,
    projections: Sequence[str] = (),
    acknowledged: Path | None = None,
    contract: Contract | None = None,
) -> Verdict:
    """Judge a database by the topic of events of a Kafka; by default, all of its live tables."""
    with snapshot(dsn) as connection:
        seen = stored(connection)  # first: whatever it holds is on the log by the time that we ask for the log's ends
        with kafka_log(kafka, f"{prefix}.events") as log:
            return judge(connection, seen, log, projections, acknowledged=acknowledged, contract=contract)


def judge(  # noqa: PLR0913 - what is judged, and by what
    connection: Connection,
    seen: Stored,
    log: Log,
    projections: Sequence[str] = (),
    *,
    acknowledged: Path | None = None,
    contract: Contract | None = None,
    window_offsets: int = WINDOW_OFFSETS,
) -> Verdict:
    """Judge what a snapshot holds by any log."""
    findings = Findings()
    chosen = _chosen(seen, projections, findings)
    checks.check_positions(seen, log, chosen, findings)
    reader = Reader(contract or published())
    ledger = Ledger(seen, chosen, reader, Duplicates(window_offsets), findings)
    given = checks.read_acknowledged(acknowledged, findings) if acknowledged else checks.Acknowledged()
    lost = _tell(log, ledger, given, findings)
    compared = {name: compare(connection, seen.tables[name], table, findings) for name, table in ledger.tables.items()}
    if ledger.timeline is not None:
        ledger.timeline.compare(timeline_rows(connection), ledger.dropped, findings)
    Parked(seen, log, ledger, reader).check(findings)
    check_signals(seen, ledger.tables, ledger.signals, findings)
    checks.check_persons(seen, ledger, findings)
    return _verdict(seen, log, ledger, compared, lost, findings)


def _chosen(seen: Stored, projections: Sequence[str], findings: Findings) -> list[str]:
    """Return the projections to judge: those that are asked for, or all that are live."""
    known = {*TABLES, TIMELINE}
    for name in projections:
        if name not in seen.tables:
            findings.note("projections", f"{name} has no live table")
    live = [name for name in projections or seen.tables if name in seen.tables]
    for name in live:
        if name not in known:
            findings.note("projections", f"{name} is live, and the oracle cannot tell it again")
    if not live:
        findings.note("projections", "no table is live: there is nothing to judge")
    return [name for name in live if name in known]


def _tell(log: Log, ledger: Ledger, acknowledged: checks.Acknowledged, findings: Findings) -> int:
    """Tell the ledger the whole log, and return how many acknowledged events it lacks."""
    lost = 0
    for record in log.records:
        event_id = ledger.take(record)
        lost += acknowledged.take((record.partition, record.offset), event_id, findings)
    return lost + acknowledged.missing(findings)


def _verdict(  # noqa: PLR0913, PLR0917 - all that there is to say
    seen: Stored, log: Log, ledger: Ledger, compared: dict[str, Compared], lost: int, findings: Findings
) -> Verdict:
    profile, timeline = compared.get(Profile.name), ledger.timeline  # a profile's totals are counts of events
    effects_lost = [profile.short if profile else 0, timeline.lost if timeline else 0]
    effects_doubled = [profile.over if profile else 0, timeline.doubled if timeline else 0]
    tables: dict[str, dict[str, Any]] = {
        name: {"held": each.held, "expected": each.expected, "rows": each.rows, "expected_rows": each.expected_rows}
        for name, each in compared.items()
    }
    if timeline:
        tables[TIMELINE] = {
            "held": timeline.held,
            "expected": timeline.expected,
            "rows": timeline.rows,
            "expected_rows": timeline.types.total(),
        }
    for name, table in tables.items():
        limits = seen.limits(name)
        table["behind"] = sum(max(0, end - limits.get(partition, 0)) for partition, end in log.ends.items())
    sentences = findings.sentences()
    return Verdict(
        equal=not sentences,
        findings=sentences,
        events=ledger.events,
        per_type=dict(sorted(ledger.sent_types.items())),
        duplicates=ledger.repeats(Repeat.DUPLICATE),
        conflicts=ledger.repeats(Repeat.CONFLICT),
        parked=len(seen.letters),
        lost=lost + max(effects_lost),
        doubled=max(effects_doubled),
        tables=tables,
    )
