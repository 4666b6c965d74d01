"""What is to leave the house is enqueued once, for everybody who asked for it."""

from datetime import UTC, datetime
from typing import Any

from services.installation import Connection
from services.outgoing.delivery import Delivery, enqueue
from services.reactions._engine.reaction import Announce, Tell

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BROKEN = Delivery("k1", Announce("promise.broken", "customer:ann", {"complaint": "c-1"}))
ENDPOINT = (
    "INSERT INTO outgoing.endpoint (name, url, types, secret, created_at) VALUES (%s, 'https://x', %s, 's', now())"
)
CHANNEL = "INSERT INTO outgoing.channel (name, kind, audience, url, created_at) VALUES (%s, 'email', %s, 'x://', now())"


def enqueued(connection: Connection, *deliveries: Delivery) -> list[Any]:
    """Enqueue, and return what waits or is held: target, what, recipient, state, code."""
    with connection.transaction(), connection.cursor() as cursor:
        enqueue(cursor, deliveries, NOW)
    query = "SELECT target, what, recipient, state, code FROM outgoing.delivery ORDER BY id"
    return connection.execute(query).fetchall()


def test_everybody_who_asked_for_the_type_is_told(connection: Connection) -> None:
    """By its whole name, its beginning or all; who is switched off or asked for others is not."""
    asked = {"all": ["*"], "begins": ["task.opened", "promise.*"], "other": ["promise.kept", "prom.*"], "own": ["x"]}
    for name, types in {**asked, "off": ["*"], "own": ["promise.broken"]}.items():
        connection.execute(ENDPOINT, [name, types])
    connection.execute("UPDATE outgoing.endpoint SET disabled_at = now() WHERE name = 'off'")

    rows = enqueued(connection, BROKEN)

    targets = ["webhook:all", "webhook:begins", "webhook:own"]
    assert rows == [(target, "promise.broken", "customer:ann", "waiting", "") for target in targets]


def test_the_same_key_counts_once(connection: Connection) -> None:
    """Also where it is enqueued twice at once; what was undone was never enqueued."""
    connection.execute(ENDPOINT, ["all", ["*"]])

    with connection.transaction(force_rollback=True), connection.cursor() as cursor:
        enqueue(cursor, [BROKEN], NOW)
    assert len(enqueued(connection)) == 0
    assert len(enqueued(connection, BROKEN, BROKEN)) == 1
    assert len(enqueued(connection, BROKEN)) == 1


def test_people_are_told_by_each_channel_of_their_audience(connection: Connection) -> None:
    """Where there is none it is kept, and says so: somebody meant it to be read."""
    for name in ("mail", "slack"):
        connection.execute(CHANNEL, [name, "staff"])
    staff = Tell("staff", "ann", "task", "A task", "Call her.")
    customer = Tell("customer", "customer:1", "service", "We are on it", "Thank you.")

    rows = enqueued(connection, Delivery("k1", staff), Delivery("k2", customer))

    assert rows == [
        ("channel:mail", "task", "staff:ann", "waiting", ""),
        ("channel:slack", "task", "staff:ann", "waiting", ""),
        ("channel:", "service", "customer:1", "held", "no_channel"),
    ]
