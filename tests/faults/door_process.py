"""``regulars api`` as a process that may be told to die at a point, or to be of a build that is broken on purpose.

Run as ``python -m tests.faults.door_process ORDER``. It prints ``begun`` when it serves, and an empty JSON document
when it has ended as told. It ends when it is told to, and when nobody holds its standard input.
"""

import logging
import sys
from collections.abc import Sequence
from threading import Event

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from events.envelope import Envelope
from events.log import EventLog, Receipt
from events.log.kafka import PRODUCER
from services.api import serving
from services.cli.reporting import Snapshot
from services.ingest import inside
from services.ingest.figures import IngestFigures
from services.ingest.http.measuring import Measured
from services.ingest.keepers import LogKeeper
from services.settings import Settings
from tests.faults.broken_door import AnswersFirst
from tests.faults.failpoints import Failpoint
from tests.faults.orders import DELIVERY_SECONDS, Break, DoorOrder, DoorPoint
from tests.faults.pumping_process import say, until_told

OK = 200


class FailingKeeper(LogKeeper):
    """Appends to the log, with the points before and after it."""

    failpoint: Failpoint

    def __init__(self, log: EventLog) -> None:
        """Append to this log."""
        super().__init__(log)

    def keep(self, items: Sequence[Envelope]) -> Sequence[Receipt]:
        """Append events, and return their receipts."""
        self.failpoint.reached(DoorPoint.BEFORE_APPEND)
        receipts = super().keep(items)
        self.failpoint.reached(DoorPoint.AFTER_APPEND)
        return receipts


class FailingApplication(Measured):
    """The application, with the points before and after a good answer."""

    failpoint: Failpoint

    def __init__(self, app: ASGIApp, figures: IngestFigures) -> None:
        """Count around this application."""
        super().__init__(app, figures)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        good = False

        async def heard(message: Message) -> None:
            nonlocal good
            if message["type"] == "http.response.start" and message["status"] == OK:
                good = True
                self.failpoint.reached(DoorPoint.BEFORE_ANSWER)
            await send(message)

        await super().__call__(scope, receive, heard)
        if good:
            self.failpoint.reached(DoorPoint.AFTER_ANSWER)


class Begun:
    """A report that says when requests are answered."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._said = False

    def tell(self, event: str, sentence: str, **facts: object) -> None:
        """Say that something happened."""
        del facts
        if event == "serving" and not self._said:
            self._said = True
            say("begun")
        sys.stderr.write(f"{event}: {sentence}\n")
        sys.stderr.flush()

    def show(self, snapshot: Snapshot) -> None:
        """Say how it stands, which no api does."""


def main(order: DoorOrder) -> None:
    """Serve until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    stop = Event()
    until_told(stop)
    PRODUCER["delivery.timeout.ms"] = int(1000 * DELIVERY_SECONDS)
    FailingKeeper.failpoint = FailingApplication.failpoint = Failpoint(order)
    inside.LogKeeper = FailingKeeper  # type: ignore[attr-defined]
    serving.Measured = FailingApplication  # type: ignore[attr-defined]
    if order.broken == Break.ANSWER_FIRST:
        inside.GroupCommit = AnswersFirst  # type: ignore[attr-defined]
    settings = Settings(postgres=order.dsn, kafka=order.cluster, api=("127.0.0.1", order.port))
    serving.serve_until_stopped(settings, stop, Begun())
    say({})


if __name__ == "__main__":
    main(DoorOrder.read(sys.argv[1]))
