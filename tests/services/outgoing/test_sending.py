"""Webhooks are sent at least once, signed, and tried again; what never arrives is given up, and can be sent anew."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import psycopg
import pytest
from standardwebhooks.webhooks import Webhook

from services import installation
from services.installation import Connection, Installation
from services.outgoing import claiming, endpoints, sending
from services.outgoing.backoff import MOST_TRIES, WAITS
from services.outgoing.claiming import LEASE
from services.outgoing.delivery import Delivery, enqueue
from services.outgoing.endpoints import Endpoint, endpoint_named
from services.outgoing.figures import OutgoingFigures
from services.outgoing.keeping import deliveries, in_queue, redeliver
from services.outgoing.sending import send_due, sender_until_stopped
from services.outgoing.signing import new_secret
from services.reactions.reaction import Announce
from tests.services.outgoing.receiving import Answer, WebServer

NOW = datetime.now(UTC)
"""Of today: who checks a signature refuses what was sent more than five minutes ago."""


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        """Begin now."""
        self.now = NOW

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return a clock."""
    return Clock()


def listens(connection: Connection, web: WebServer, path: str) -> str:
    """Add an endpoint for everything, by the name of its path, and return its secret."""
    secret = new_secret()
    endpoints.add(connection, Endpoint(path.strip("/"), web.url(path), ["*"], secret, NOW, inside=True))
    return secret


def announce(connection: Connection, *keys: str) -> None:
    """Enqueue an announcement for each key."""
    with connection.cursor() as cursor:
        announced = (Delivery(key, Announce("task.opened", "customer:ann", {"task": key})) for key in keys)
        enqueue(cursor, announced, NOW)


def states(connection: Connection) -> list[tuple[str, int, str]]:
    """Return state, tries and code of all deliveries, the oldest first."""
    return [(each["state"], each["tries"], each["code"]) for each in reversed(deliveries(connection))]


def test_a_webhook_is_what_a_receiver_expects(connection: Connection, web: WebServer, clock: Clock) -> None:
    """Its signature is right by the library that receivers use; its body has a type, a time and the data."""
    secret = listens(connection, web, "/signed")
    announce(connection, "a-1")

    assert send_due(connection, clock) == 1

    (received,) = web.at("/signed")
    told = Webhook(secret).verify(received.body, received.headers)
    assert told["type"] == "task.opened"
    assert datetime.fromisoformat(told["timestamp"]) == NOW
    assert told["data"] == {"subject": "customer:ann", "task": "a-1"}
    assert received.headers["content-type"] == "application/json"
    assert states(connection) == [("sent", 1, "")]
    assert send_due(connection, clock) == 0


def test_both_secrets_sign_while_one_replaces_the_other(connection: Connection, web: WebServer, clock: Clock) -> None:
    """For as long as was said; then the new one alone."""
    old = listens(connection, web, "/rotated")
    new = endpoints.rotate(connection, "rotated", timedelta(hours=1), NOW)
    announce(connection, "b-1")
    send_due(connection, clock)
    clock.now = NOW + timedelta(hours=1)
    announce(connection, "b-2")
    send_due(connection, clock)

    first, second = web.at("/rotated")
    for secret in (old, new):
        Webhook(secret).verify(first.body, first.headers)
    assert len(first.headers["webhook-signature"].split()) == 2
    assert len(second.headers["webhook-signature"].split()) == 1


def test_what_fails_is_tried_again_ever_more_rarely(connection: Connection, web: WebServer, clock: Clock) -> None:
    """With the same id and body each time, until it is dead; anew with that id where somebody wants it."""
    listens(connection, web, "/failing")
    web.answers["/failing"] = Answer(500, body=b"out of order" + b"." * 1000)
    announce(connection, "c-1")
    waited = []

    while send_due(connection, clock):
        (row,) = deliveries(connection)
        if row["state"] == "waiting":
            waited.append((row["next_try_at"] - clock.now) / WAITS[row["tries"] - 1])
            clock.now = row["next_try_at"] - timedelta(milliseconds=1)
            assert send_due(connection, clock) == 0
            clock.now = row["next_try_at"]

    assert states(connection) == [("dead", MOST_TRIES, "tries")]
    assert len(waited) == len(WAITS)
    assert all(0.8 <= each <= 1.2 for each in waited)
    assert len(set(waited)) == len(waited)
    assert row["last_error"].startswith("It answered 500: out of order...")
    assert len(row["last_error"]) < 600
    assert endpoint_named(connection, "failing").failures == MOST_TRIES
    del web.answers["/failing"]

    assert redeliver(connection, clock.now, state="dead") == [row["id"]]
    send_due(connection, clock)

    assert states(connection) == [("sent", 1, "")]
    assert {(each.headers["webhook-id"], each.body) for each in web.at("/failing")} == {
        (row["message_id"], web.at("/failing")[0].body)
    }
    assert endpoint_named(connection, "failing").failures == 0


def test_a_receiver_says_when_to_come_again(connection: Connection, web: WebServer, clock: Clock) -> None:
    """Where that is later than we would; for a day at the most."""
    listens(connection, web, "/busy")
    for key, asked, waits in (("d-1", "3600", timedelta(hours=1)), ("d-2", "999999", timedelta(days=1))):
        web.answers["/busy"] = Answer(429, {"retry-after": asked})
        announce(connection, key)
        send_due(connection, clock)

        assert deliveries(connection)[0]["next_try_at"] == NOW + waits


def test_an_endpoint_that_is_gone_is_switched_off(connection: Connection, web: WebServer, clock: Clock) -> None:
    """It gets nothing new, and what waits for it goes out once it is switched on again."""
    listens(connection, web, "/gone")
    web.answers["/gone"] = Answer(410)
    announce(connection, "e-1")
    send_due(connection, clock)
    announce(connection, "e-2")

    assert states(connection) == [("dead", 1, "gone")]
    assert endpoint_named(connection, "gone").disabled_at == NOW
    redeliver(connection, NOW, [deliveries(connection)[0]["id"]])
    assert send_due(connection, clock) == 0
    del web.answers["/gone"]
    endpoints.enable(connection, "gone")
    assert send_due(connection, clock) == 1
    assert states(connection) == [("sent", 1, "")]


def test_what_waits_for_an_endpoint_that_is_removed_is_held_back(connection: Connection, web: WebServer) -> None:
    """And says so."""
    listens(connection, web, "/removed")
    announce(connection, "f-1")

    assert endpoints.remove(connection, "removed") == 1
    assert states(connection) == [("held", 0, "removed")]


def test_a_sender_that_is_cut_off_before_it_writes_down_sends_again(
    connection: Connection, web: WebServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while, with the same id, so that the receiver knows it; and not for ever."""
    listens(connection, web, "/cut")
    announce(connection, "g-1")

    def crash(*_: object) -> None:
        raise ConnectionAbortedError

    with monkeypatch.context() as broken:
        broken.setattr(sending, "settle", crash)
        with pytest.raises(ConnectionAbortedError):
            send_due(connection, clock)
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
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'regulars sender'"
        while not other.execute(ended).fetchall():
            sender.join(0.01)
        sender.join(10)

    del connection
    assert len(raised) == 1
