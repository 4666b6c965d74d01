"""What tests of sending webhooks share: a clock that they set, an endpoint, and announcements."""

import json
from datetime import UTC, datetime
from typing import Any

from standardwebhooks.webhooks import Webhook

from services.installation import Connection
from services.outgoing import endpoints
from services.outgoing.delivery import Delivery, enqueue
from services.outgoing.endpoints import Endpoint
from services.outgoing.keeping import deliveries
from services.outgoing.signing import new_secret
from services.reactions._engine.reaction import Announce
from tests.services.outgoing.receiving import Received, WebServer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        """Begin now."""
        self.now = NOW

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


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


def verified(secret: str, received: Received) -> Any:  # noqa: ANN401 - what JSON can say
    """Return what a webhook says, if its signature is one that the receivers' library makes of it, whenever it came."""
    sent_at = datetime.fromtimestamp(int(received.headers["webhook-timestamp"]), UTC)
    body = received.body.decode()
    wanted = Webhook(secret).sign(received.headers["webhook-id"], sent_at, body)
    assert wanted in received.headers["webhook-signature"].split()
    return json.loads(body)
