"""Webhooks are signed, and tried again where they fail; what never arrives is given up, and can be sent anew."""

from datetime import datetime, timedelta

from services.installation import Connection
from services.outgoing import endpoints
from services.outgoing.backoff import MOST_TRIES, WAITS
from services.outgoing.endpoints import endpoint_named
from services.outgoing.keeping import deliveries, redeliver
from services.outgoing.sending import send_due
from tests.services.outgoing.announcing import NOW, Clock, announce, listens, states, verified
from tests.services.outgoing.receiving import Answer, WebServer


def test_a_webhook_is_what_a_receiver_expects(connection: Connection, web: WebServer, clock: Clock) -> None:
    """Its signature is right by the library that receivers use; its body has a type, a time and the data."""
    secret = listens(connection, web, "/signed")
    announce(connection, "a-1")

    assert send_due(connection, clock) == 1

    (received,) = web.at("/signed")
    told = verified(secret, received)
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
        verified(secret, first)
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
