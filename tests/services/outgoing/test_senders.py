"""Senders share the work, and whatever cuts one off, what it had taken is sent at least once."""

import json
from contextlib import closing
from datetime import timedelta
from functools import partial
from threading import Event, Thread

import psycopg
import pytest

from services import installation
from services.installation import Connection, Installation
from services.outgoing import claiming
from services.outgoing.backoff import MOST_TRIES
from services.outgoing.claiming import LEASE
from services.outgoing.figures import OutgoingFigures
from services.outgoing.keeping import deliveries, in_queue, redeliver
from services.outgoing.sending import send_due, sender_until_stopped
from tests.services.outgoing.announcing import NOW, Clock, announce, listens, states
from tests.services.outgoing.receiving import WebServer

CUT_OFF = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'regulars sender'"


def test_a_sender_that_is_cut_off_before_it_writes_down_sends_again(
    connection: Connection, dsn: str, web: WebServer, clock: Clock
) -> None:
    """After a while, with the same id, so that the receiver knows it; and not for ever."""
    listens(connection, web, "/cut")
    announce(connection, "g-1")
    with closing(Installation(dsn)) as opened, installation.connect(dsn) as other:
        web.doing["/cut"] = partial(other.execute, CUT_OFF)
        with pytest.raises(psycopg.OperationalError):
            sender_until_stopped(opened, Event(), clock)
        del web.doing["/cut"]
    clock.now = NOW + LEASE - timedelta(seconds=1)
    assert send_due(connection, clock) == 0
    clock.now = NOW + LEASE
    assert send_due(connection, clock) == 1

    assert states(connection) == [("sent", 2, "")]
    first, second = web.at("/cut")
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)

    redeliver(connection, clock.now, [deliveries(connection)[0]["id"]])
    for _ in range(MOST_TRIES):
        assert claiming.claim(connection, {"webhook:cut": 9}, clock.now) != []
        clock.now += LEASE
    send_due(connection, clock)
    assert states(connection) == [("dead", MOST_TRIES + 1, "cut_off")]
    assert len(web.at("/cut")) == 2


def test_a_slow_failure_does_not_undo_what_another_sent(connection: Connection, web: WebServer, clock: Clock) -> None:
    """Who was given up for cut off and then fails says nothing; who then succeeds does."""
    listens(connection, web, "/slow")
    announce(connection, "h-1")
    (slow,) = claiming.claim(connection, {"webhook:slow": 1}, NOW)
    clock.now = NOW + LEASE
    (other,) = claiming.claim(connection, {"webhook:slow": 1}, clock.now)

    dead = claiming.Result(slow.id, slow.tries, "dead", code="tries")
    claiming.settle(connection, [dead], (), clock.now)
    assert states(connection) == [("waiting", 2, "")]
    sent = claiming.Result(slow.id, slow.tries, "sent", sent_at=clock.now)
    claiming.settle(connection, [sent], (), clock.now)
    claiming.settle(connection, [claiming.Result(other.id, other.tries, "dead")], (), clock.now)
    assert states(connection) == [("sent", 2, "")]


def test_several_senders_share_the_work(connection: Connection, dsn: str, web: WebServer, clock: Clock) -> None:
    """Nothing is sent twice, and all is sent."""
    listens(connection, web, "/shared")
    keys = [f"i-{number}" for number in range(120)]
    announce(connection, *keys)
    stop, figures = Event(), [OutgoingFigures(), OutgoingFigures()]

    with closing(Installation(dsn)) as opened:
        senders = [
            Thread(target=sender_until_stopped, args=(opened, stop, clock, each), daemon=True) for each in figures
        ]
        for sender in senders:
            sender.start()
        while in_queue(connection)["waiting"]:
            stop.wait(0.01)
        stop.set()
        for sender in senders:
            sender.join(10)

    assert sorted(json.loads(each.body)["data"]["task"] for each in web.at("/shared")) == sorted(keys)
    assert sum(each.sent["webhook"] for each in figures) == len(keys)
    assert all(each.sent["webhook"] for each in figures)


def test_what_one_sender_takes_no_other_does(connection: Connection, dsn: str, web: WebServer) -> None:
    """Not even in the same moment: it takes what is left, and waits for nobody."""
    listens(connection, web, "/taken")
    announce(connection, "j-1", "j-2", "j-3")

    with connection.transaction(), installation.connect(dsn) as other:
        other.execute("SET lock_timeout = '2s'")
        mine = claiming.claim(connection, {"webhook:taken": 2}, NOW)
        theirs = claiming.claim(other, {"webhook:taken": 9}, NOW)

    assert [len(mine), len(theirs)] == [2, 1]
    assert not {each.id for each in mine} & {each.id for each in theirs}


def test_a_database_that_goes_away_ends_the_sender(connection: Connection, dsn: str, clock: Clock) -> None:
    """Whoever runs it opens the installation anew."""
    with closing(Installation(dsn)) as opened, installation.connect(dsn) as other:
        raised: list[BaseException] = []

        def run() -> None:
            try:
                sender_until_stopped(opened, Event(), clock)
            except psycopg.OperationalError as error:
                raised.append(error)

        sender = Thread(target=run, daemon=True)
        sender.start()
        while not other.execute(CUT_OFF).fetchall():
            sender.join(0.01)
        sender.join(10)

    del connection
    assert len(raised) == 1
