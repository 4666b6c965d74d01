"""Whether a process that stays does its work: what GET /health answers."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE_SECONDS = 30.0


class Health:
    """What a process needs, when that answered last, and whether the process is at work. Any thread may use it."""

    def __init__(self, process: str, *needed: str, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Name the process and what it needs, such as the database; nothing has answered yet."""
        self.process = process
        self._patience_seconds = patience_seconds
        self._begun = time.monotonic()
        self._answered: dict[str, float | None] = dict.fromkeys(needed)
        self._failures: dict[str, str] = {}
        self.at_work = False

    def answered(self, needed: str) -> None:
        """Note that something that is needed has answered now."""
        self._answered[needed] = time.monotonic()
        self._failures.pop(needed, None)

    def failed(self, needed: str, reason: object) -> None:
        """Note why something that is needed has not answered."""
        self._failures[needed] = str(reason).strip().partition("\n")[0].rstrip(".")

    @contextmanager
    def working(self) -> Iterator[None]:
        """Be at work for as long as this lasts."""
        self.at_work = True
        try:
            yield
        finally:
            self.at_work = False

    def silent_seconds(self, needed: str) -> float:
        """Return for how long something has not answered; what never has, since the process began."""
        answered = self._answered[needed]
        return time.monotonic() - (self._begun if answered is None else answered)

    def reason(self) -> str | None:
        """Return why the process does not do its work, as a sentence; None where it does."""
        reasons = [found for needed in self._answered if (found := self._silence(needed))]
        if not self.at_work:
            reasons.append(f"the {self.process} is not at work")
        return "; ".join(reasons) or None

    def document(self) -> dict[str, Any]:
        """Return what GET /health tells."""
        reason = self.reason()
        told = {"status": "ok"} if reason is None else {"status": "failing", "reason": reason}
        silent = {needed: round(self.silent_seconds(needed), 1) for needed in self._answered}
        return {**told, "process": self.process, "seconds_since_answer": silent}

    def _silence(self, needed: str) -> str | None:
        seconds = self.silent_seconds(needed)
        because = f": {self._failures[needed]}" if needed in self._failures else ""
        if self._answered[needed] is None:
            return f"the {needed} has not answered yet{because}"
        if seconds > self._patience_seconds:
            return f"the {needed} has not answered for {seconds:.0f} s{because}"
        return None
