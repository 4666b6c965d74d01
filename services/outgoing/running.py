"""The sender as a loop: in the embedded mode beside the projector, and over Kafka beside the reactions."""

from threading import Event

from services.cli.reporting import Report
from services.installation import Installation
from services.outgoing.figures import OutgoingFigures
from services.outgoing.sending import Clock, sender_until_stopped
from services.process.loops import Loop


def sending(clock: Clock, figures: OutgoingFigures) -> Loop:
    """Return the loop that sends what is due by a clock, and counts it."""

    def send(installation: Installation, stop: Event, report: Report) -> None:
        del report
        sender_until_stopped(installation, stop, clock, figures)

    return Loop("the sender", send)
