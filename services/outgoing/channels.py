"""By which ways messages reach people: each an Apprise URL, for the staff or for customers.

Where the URL has ``{address}`` it is the address of whoever is written to; without it, a message goes to the place that
the URL names, such as a room of a chat, and that is for the staff alone. Customers are reached by e-mail.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import quote

from psycopg.rows import class_row

from projections._engine.registry import Connection
from services.outgoing.endpoints import LET_GO, checked_name
from services.outgoing.errors import NotThere, OutgoingRefused

Audience = Literal["staff", "customer"]

PLACE = "{address}"
EMAIL = "email"
KIND = re.compile(r"[a-z0-9_]{1,63}")

# One address and nothing else: no second one behind a comma, and nothing that a header or a URL would take for its own.
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
MOST_ADDRESS_CHARACTERS = 254

CHANNELS = "SELECT name, kind, audience, url, created_at FROM outgoing.channel ORDER BY name"

ADD = """
INSERT INTO outgoing.channel (name, kind, audience, url, created_at)
VALUES (%(name)s, %(kind)s, %(audience)s, %(url)s, %(now)s) ON CONFLICT (name) DO NOTHING
"""

REMOVE = "DELETE FROM outgoing.channel WHERE name = %s"


@dataclass(frozen=True)
class Channel:
    """A way to people. ``url`` holds passwords, and is not shown in a ``repr``."""

    name: str
    kind: str
    audience: Audience
    url: str = field(repr=False)
    created_at: datetime

    @property
    def target(self) -> str:
        """Return how a delivery names it."""
        return f"channel:{self.name}"

    @property
    def addressed(self) -> bool:
        """Return whether it needs the address of whoever is written to."""
        return PLACE in self.url

    def url_to(self, address: str) -> str:
        """Return the URL with an address in its place."""
        return self.url.replace(PLACE, quote(address, safe=""))


def channels(connection: Connection) -> list[Channel]:
    """Return all channels, by name."""
    with connection.cursor(row_factory=class_row(Channel)) as cursor:
        return cursor.execute(CHANNELS).fetchall()


def channel_named(connection: Connection, name: str) -> Channel:
    """Return a channel. Raises NotThere."""
    for channel in channels(connection):
        if channel.name == name:
            return channel
    raise _not_there(name)


def add(connection: Connection, channel: Channel) -> None:
    """Add a channel. Raises OutgoingRefused, which never repeats its URL."""
    from services.outgoing.messaging import understood  # noqa: PLC0415 - its plugins take a second to load

    checked_name(channel.name)
    if KIND.fullmatch(channel.kind) is None:
        message = f"{channel.kind!r} is no kind of channel: write one as consents name it, such as email or slack."
        raise OutgoingRefused(message)
    if channel.audience == "customer" and not (channel.kind == EMAIL and channel.addressed):
        message = f"Customers are reached by e-mail: the kind has to be email, and the URL to have {PLACE} in it."
        raise OutgoingRefused(message)
    if not understood(channel.url_to("somebody@example.com")):
        message = "Apprise does not understand the URL: see https://appriseit.com/services for how each is written."
        raise OutgoingRefused(message)
    said = {"name": channel.name, "kind": channel.kind, "audience": channel.audience, "url": channel.url}
    if not connection.execute(ADD, {**said, "now": channel.created_at}).rowcount:
        message = f"There is a channel {channel.name} already: remove it first, or choose another name."
        raise OutgoingRefused(message)


def remove(connection: Connection, name: str) -> int:
    """Remove a channel; return how many messages are held back now that waited for it. Raises NotThere."""
    with connection.transaction():
        if not connection.execute(REMOVE, [name]).rowcount:
            raise _not_there(name)
        words = f"The channel {name} was removed before this was sent."
        return connection.execute(LET_GO, {"target": f"channel:{name}", "words": words}).rowcount


def is_address(text: str) -> bool:
    """Return whether a text is one e-mail address, and nothing besides."""
    return len(text) <= MOST_ADDRESS_CHARACTERS and ADDRESS.fullmatch(text) is not None


def _not_there(name: str) -> NotThere:
    return NotThere(f"There is no channel {name!r}: 'regulars channels list' shows what there is.")
