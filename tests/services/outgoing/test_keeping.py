"""Deliveries are kept for a while, counted, and then deleted; what waits stays."""

from collections import Counter
from datetime import timedelta

from services.installation import Connection
from services.outgoing.figures import OutgoingFigures, outgoing_samples
from services.outgoing.keeping import KEPT, Pruner, deliveries, in_queue
from services.outgoing.sending import send_due
from services.process import metrics
from tests.services.outgoing.announcing import NOW, Clock, announce, listens
from tests.services.outgoing.receiving import Answer, WebServer

SET = "UPDATE outgoing.delivery SET state = %s WHERE key LIKE %s"


def test_what_is_old_is_deleted_and_what_waits_is_not(connection: Connection, web: WebServer) -> None:
    """What is dead is kept three times as long: somebody may mend it."""
    listens(connection, web, "/old")
    announce(connection, "sent", "held", "dead", "waiting")
    for state in ("sent", "held", "dead"):
        connection.execute(SET, [state, f"{state}>%"])
    pruner = Pruner(connection)

    assert pruner.step(NOW + KEPT) == 0
    assert pruner.step(NOW + KEPT + timedelta(seconds=1)) == 2
    assert in_queue(connection) == {"waiting": 1, "held": 0, "dead": 1}
    assert pruner.step(NOW + 3 * KEPT + timedelta(seconds=1)) == 1
    assert [each["state"] for each in deliveries(connection)] == ["waiting"]


def test_what_is_sent_and_what_fails_is_counted(connection: Connection, web: WebServer, clock: Clock) -> None:
    """As it is scraped."""
    figures = OutgoingFigures()
    listens(connection, web, "/counted")
    announce(connection, "a", "b")
    send_due(connection, clock, figures)
    web.answers["/counted"] = Answer(410)
    announce(connection, "c")
    send_due(connection, clock, figures)

    shown = dict(outgoing_samples(figures))

    assert (figures.sent, figures.failed, figures.dead) == tuple(Counter(webhook=count) for count in (2, 1, 1))
    assert shown[metrics.OUTGOING_SENT] == {("webhook",): 2}
