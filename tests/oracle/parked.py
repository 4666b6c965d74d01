"""Dead letters: what is parked is no event or conflicts with one, and whatever does either is parked."""

from tests.oracle.duplicates import Repeat
from tests.oracle.facts import Reader
from tests.oracle.findings import Findings
from tests.oracle.ledger import Ledger, where
from tests.oracle.log import Log
from tests.oracle.stored import Letter, Place, Stored
from tests.oracle.tables import TIMELINE

CONFLICT = "conflict"


class Parked:
    """Holds the dead letters to what the ledger found on the log."""

    def __init__(self, stored: Stored, log: Log, ledger: Ledger, reader: Reader) -> None:
        """Look at the letters of this log; those of another one are history."""
        self._letters = {place: letter for place, letter in stored.letters.items() if letter.log_id in log.log_ids}
        self._stored = stored
        self._log = log
        self._ledger = ledger
        self._reader = reader

    def check(self, findings: Findings) -> None:
        """Note what is parked and should not be, and what should be parked and is not."""
        for place, letter in self._letters.items():
            if flaw := self._flaw(place, letter):
                sentence = f"{where(place)} is parked as {letter.fault} ({letter.reason}), and {flaw}"
                findings.note("dead letters", sentence)
        for place, reason in self._ledger.invalid.items():
            if flaw := self._lack(place):
                findings.note("dead letters", f"{where(place)} is no event, since it {reason}, and {flaw}")
        for place, repeat in self._ledger.dropped.items():
            if repeat is Repeat.CONFLICT and place not in self._letters and self._was_reached(place):
                findings.note("dead letters", f"{where(place)} conflicts with an event of its id and is not parked")

    def _flaw(self, place: Place, letter: Letter) -> str:
        """Return what is wrong with a letter, empty for nothing."""
        partition, offset = place
        if not self._log.starts.get(partition, 0) <= offset < self._log.ends.get(partition, 0):
            return "the log has no such place"
        if not self._was_reached(place):
            return "no table has come so far"
        if letter.fault == CONFLICT:
            return "" if self._ledger.dropped.get(place) is Repeat.CONFLICT else "no event before it has its id"
        why_not = self._reader.why_not(letter.value)
        if (place in self._ledger.invalid) != bool(why_not):
            return "the oracle's two readings of the schemas do not agree on it"
        return "it is a valid event" if letter.missed and not why_not else ""

    def _lack(self, place: Place) -> str:
        """Return in what way a record that is no event is not accounted for, empty for none."""
        if place not in self._letters:
            return "it is not parked" if self._was_reached(place) else ""
        passed = self._tables_past(place)
        unaware = sorted(passed - set(self._letters[place].missed))
        return f"{', '.join(unaware)} does not say that it lacks it" if unaware else ""

    def _tables_past(self, place: Place) -> set[str]:
        partition, offset = place
        return {
            table
            for name, table in self._stored.tables.items()
            if name != TIMELINE and offset < self._stored.limits(name).get(partition, 0)
        }

    def _was_reached(self, place: Place) -> bool:
        return place[1] < self._stored.reached(place[0])
