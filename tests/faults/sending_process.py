"""A producer as a process that sends through the front door, and writes down each event that was acknowledged.

Run as ``python -m tests.faults.sending_process ORDER``. It sends a batch again until it is answered with 200, as the
libraries of Segment and RudderStack do, and waits as long as Retry-After says. It prints ``begun`` and, when it is told
to stop, a JSON document with what came of its requests.
"""

import base64
import sys
import time
from collections import Counter
from collections.abc import Sequence
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Any, TextIO

import msgspec

from events.log import partition_of
from tests.faults.ground import PARTITIONS
from tests.faults.messages import CONTENT_TYPES, PATHS, Message, batch_body, messages
from tests.faults.orders import SenderOrder
from tests.faults.pumping_process import say, until_told

RETRY_SECONDS = 0.1
ANSWER_SECONDS = 20.0
STORED = "stored"
GOOD = {STORED, "duplicate", "ignored"}


class Sender:
    """Sends what an order says. ``counts`` are its requests by what came of them."""

    def __init__(self, order: SenderOrder, file: TextIO, stop: Event) -> None:
        """Write what is acknowledged to ``file``, until told to stop."""
        self._order = order
        self._file = file
        self._stop = stop
        self._held: HTTPConnection | None = None
        user = base64.b64encode(f"{order.key}:".encode()).decode()
        self._headers = {"Authorization": f"Basic {user}", "Content-Type": CONTENT_TYPES[order.wire]}
        self.acknowledged = 0
        self.counts: Counter[str] = Counter()

    def run(self) -> None:
        """Send until told to stop, never faster than ordered: what an outage took is not made up for."""
        told = messages(self._order)
        due = time.monotonic()
        while not self._stop.is_set() and (batch := list(islice(told, self._order.append_events))):
            if (answer := self._answered(batch)) is not None:
                self._write_down(batch, answer)
            due = max(due + len(batch) / self._order.rate, time.monotonic())
            self._stop.wait(due - time.monotonic())

    def _answered(self, batch: Sequence[Message]) -> dict[str, Any] | None:
        """Send a batch until it is answered with 200, and return that; None where we are told to stop before."""
        while not self._stop.is_set():
            try:
                status, retry_after, body = self._asked(batch_body(self._order.wire, batch))
            except (OSError, HTTPException) as error:
                self._failed("cut", f"{type(error).__name__} {error}")
                self._close()
                self._stop.wait(RETRY_SECONDS)
                continue
            if status == HTTPStatus.OK:
                answer: dict[str, Any] = msgspec.json.decode(body)
                return answer
            assert status == HTTPStatus.SERVICE_UNAVAILABLE, f"{status}: {body!r}"
            assert retry_after is not None, "503 without Retry-After"
            self._failed("unavailable", body.decode())
            self._stop.wait(float(retry_after))
        return None

    def _asked(self, body: bytes) -> tuple[int, str | None, bytes]:
        if self._held is None:
            self._held = HTTPConnection("127.0.0.1", self._order.port, timeout=ANSWER_SECONDS)
        self._held.request("POST", PATHS[self._order.wire], body, self._headers)
        response = self._held.getresponse()
        return response.status, response.headers.get("Retry-After"), response.read()

    def _write_down(self, batch: Sequence[Message], answer: dict[str, Any]) -> None:
        outcomes = outcomes_of(batch, answer)
        self.counts.update(outcomes)
        lines = acknowledged_lines(batch, outcomes, answer["positions"])
        self._file.write("".join(lines))
        self._file.flush()
        self.acknowledged += len(lines)

    def _failed(self, what: str, why: str) -> None:
        self.counts[what] += 1
        sys.stderr.write(f"LogUnavailable, {what}: {why}\n")
        sys.stderr.flush()

    def _close(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None


def outcomes_of(batch: Sequence[Message], answer: dict[str, Any]) -> list[str]:
    """Return what became of each message, by the answer to their batch: what is not listed was stored."""
    assert answer["received"] == len(batch), answer
    listed = {each["index"]: each["outcome"] for each in answer["verdicts"]}
    return [listed.get(place, STORED) for place in range(len(batch))]


def acknowledged_lines(batch: Sequence[Message], outcomes: Sequence[str], positions: dict[str, int]) -> list[str]:
    """Return what is acknowledged, for the oracle.

    An event that was stored lies before the position of its partition; of a duplicate we are not told where it is.
    """
    lines = []
    for message, outcome in zip(batch, outcomes, strict=True):
        if outcome in GOOD:
            for each in message.events:
                partition = partition_of(each.subject, PARTITIONS)
                end = positions[str(partition)] if outcome == STORED else sys.maxsize
                lines.append(f"{each.id} {partition} <{end}\n")
    return lines


def main(order: SenderOrder) -> None:
    """Send until told to stop."""
    stop = Event()
    until_told(stop)
    with Path(order.acknowledged).open("a", encoding="utf-8") as file:
        sender = Sender(order, file, stop)
        say("begun")
        sender.run()
    counts = sender.counts
    failures = counts["cut"] + counts["unavailable"]
    say({"acknowledged": sender.acknowledged, "failures": failures, "counts": dict(counts)})


if __name__ == "__main__":
    main(SenderOrder.read(sys.argv[1]))
