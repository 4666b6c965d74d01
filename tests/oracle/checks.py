"""What must hold beside the rows: positions, signals, persons, and what was acknowledged."""

from collections.abc import Iterable
from pathlib import Path

from tests.oracle.findings import Findings
from tests.oracle.folds_people import Identity
from tests.oracle.ledger import Ledger, where
from tests.oracle.log import Log
from tests.oracle.persons import persons
from tests.oracle.stored import Place, Stored

BEFORE = "<"


def check_positions(stored: Stored, log: Log, projections: Iterable[str], findings: Findings) -> None:
    """Hold each table to have a checkpoint in each partition, of this log, at a place that this log has."""
    for name in projections:
        table = stored.tables[name]
        held = stored.checkpoints.get(table, {})
        for partition, start in log.starts.items():
            at = held.get(partition)
            if at is None:
                findings.note("checkpoints", f"{table} has no checkpoint in partition {partition}")
            elif at.log_id not in log.log_ids:
                findings.note("checkpoints", f"{table} was filled from log {at.log_id}, and this is {min(log.log_ids)}")
            elif not start <= at.next_offset <= log.ends[partition]:
                ends = f"the log holds {start} to {log.ends[partition]}"
                sentence = f"{table} wants offset {at.next_offset} of partition {partition} next, and {ends}"
                findings.note("checkpoints", sentence)
        for partition in sorted(held.keys() - log.starts.keys()):
            findings.note("checkpoints", f"{table} has a checkpoint in partition {partition}, which the log has not")
    for partition, start in log.starts.items():
        if start:
            findings.note("log", f"the log begins at {where((partition, start))}: what was before cannot be told again")


def check_persons(stored: Stored, ledger: Ledger, findings: Findings) -> None:
    """Hold ``person_of`` to what the links come to."""
    if Identity.name not in ledger.tables:
        return
    expected = persons(ledger.tables[Identity.name].rows)
    for identifier in sorted(expected.keys() | stored.persons.keys()):
        held, wanted = stored.persons.get(identifier), expected.get(identifier)
        if held != wanted:
            sentence = f"person_of {identifier!r} is {_belonging(held)}, and by the links {_belonging(wanted)}"
            findings.note("persons", sentence)


def _belonging(held: tuple[str, bool] | None) -> str:
    return "a person of its own" if held is None else "shared" if held[1] else repr(held[0])


class Acknowledged:
    """The ids that were acknowledged: those at a place, and those of which we know the partition and how far they are.

    Give it the log's records in order; what it still holds in the end is nowhere.
    """

    def __init__(self) -> None:
        """Begin with nothing acknowledged."""
        self.at: dict[Place, str] = {}
        self.before: dict[tuple[int, str], int] = {}

    def take(self, place: Place, event_id: str | None, findings: Findings) -> int:
        """Take the id of what lies at a place, and return how many acknowledged events lie there no more."""
        if self.before and event_id is not None:
            key = (place[0], event_id)
            if place[1] < self.before.get(key, 0):
                del self.before[key]
        wanted = self.at.pop(place, None)
        if wanted is None or wanted == event_id:
            return 0
        findings.note("acknowledged", f"{wanted!r} was acknowledged at {where(place)}, and there lies {event_id!r}")
        return 1

    def missing(self, findings: Findings) -> int:
        """Return how many acknowledged events the log does not have."""
        for nowhere, missing in self.at.items():
            sentence = f"{missing!r} was acknowledged at {where(nowhere)}, which the log does not have"
            findings.note("acknowledged", sentence)
        for (partition, missing), end in self.before.items():
            sentence = f"{missing!r} was acknowledged before {where((partition, end))}, and does not lie there"
            findings.note("acknowledged", sentence)
        return len(self.at) + len(self.before)


def read_acknowledged(file: Path, findings: Findings) -> Acknowledged:
    """Return the ids that were acknowledged; the file has a line ``id partition offset`` for each.

    ``<offset`` says that it is somewhere before that offset; who was answered twice may have been told two of them, and
    the later one counts. What follows the last line break was cut off when its writer was killed, and is left out.
    """
    acknowledged = Acknowledged()
    for line in file.read_text(encoding="utf-8").split("\n")[:-1]:
        event_id, partition, offset = line.rsplit(" ", 2)
        if offset.startswith(BEFORE):
            key = (int(partition), event_id)
            acknowledged.before[key] = max(acknowledged.before.get(key, 0), int(offset.removeprefix(BEFORE)))
            continue
        place = (int(partition), int(offset))
        if acknowledged.at.setdefault(place, event_id) != event_id:
            findings.note("acknowledged", f"{where(place)} was acknowledged for {event_id!r} and another event")
    return acknowledged
