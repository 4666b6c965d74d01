"""A producer as a process: appends a workload's events to Kafka, and writes down each one that was acknowledged.

Run as ``python -m tests.faults.producing_process ORDER``. It goes on through every outage, and sends again what was not
acknowledged. It prints ``begun`` and, when it is told to stop, a JSON document: how many events were acknowledged, and
how many appends failed.
"""

import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from threading import Event
from typing import TextIO

from events.envelope import Envelope
from events.log import Receipt
from events.log.errors import LogUnavailable
from events.log.kafka import PRODUCER, KafkaLog
from services.benchmark.workload import workload
from tests.faults.orders import DELIVERY_SECONDS, ProducerOrder
from tests.faults.pumping_process import say, until_told

RETRY_SECONDS = 0.1


class Producer:
    """Sends what an order says; ``failures`` counts the appends that were not acknowledged."""

    def __init__(self, order: ProducerOrder, file: TextIO) -> None:
        """Write what is acknowledged to ``file``."""
        self._order = order
        self._file = file
        self._log: KafkaLog | None = None
        self.acknowledged = self.failures = 0

    def run(self, stop: Event) -> None:
        """Send until told to stop, never faster than ordered: what an outage took is not made up for."""
        told = _told(self._order)
        due = time.monotonic()
        while not stop.is_set() and (batch := list(islice(told, self._order.append_events))):
            self._write_down(batch, self._appended(batch))
            due = max(due + len(batch) / self._order.rate, time.monotonic())
            stop.wait(due - time.monotonic())

    def _appended(self, batch: list[Envelope]) -> list[Receipt]:
        while True:
            try:
                if self._log is None:
                    self._log = KafkaLog(self._order.cluster)
                return self._log.append(batch)
            except LogUnavailable as error:
                sys.stderr.write(f"LogUnavailable: {error}\n")
                sys.stderr.flush()
                self.failures += 1
                time.sleep(RETRY_SECONDS)

    def _write_down(self, batch: list[Envelope], receipts: list[Receipt]) -> None:
        lines = [
            f"{envelope.id} {receipt.partition} {receipt.offset}\n"
            for envelope, receipt in zip(batch, receipts, strict=True)
        ]
        self._file.write("".join(lines))
        self._file.flush()
        self.acknowledged += len(batch)


def _told(order: ProducerOrder) -> Iterator[Envelope]:
    dice = Random(order.seed)
    told = islice(workload(order.count, order.seed), order.first, None)
    while block := list(islice(told, order.shuffled)):
        dice.shuffle(block)
        yield from block


def main(order: ProducerOrder) -> None:
    """Produce until told to stop."""
    stop = Event()
    until_told(stop)
    PRODUCER["delivery.timeout.ms"] = int(1000 * DELIVERY_SECONDS)
    with Path(order.acknowledged).open("a", encoding="utf-8") as file:
        producer = Producer(order, file)
        say("begun")
        producer.run(stop)
    say({"acknowledged": producer.acknowledged, "failures": producer.failures})


if __name__ == "__main__":
    main(ProducerOrder.read(sys.argv[1]))
