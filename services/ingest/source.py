"""A source: who sends events, and how they are treated on their way in."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

SourceName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,47}$(?!\n)")]
"""Short, since it is part of every event's id."""


class Role(StrEnum):
    """What a key is good for. A write key may stand in a web page, so nothing can be read with it but one's own ids."""

    WRITE = "write"
    READ = "read"
    ADMIN = "admin"


class Protocol(StrEnum):
    """How a message came, and so how its body is to be understood."""

    SEGMENT = "segment"
    CLOUDEVENTS = "cloudevents"
    WEBHOOK = "webhook"
    INTAKE = "intake"
    CONNECT = "connect"


@dataclass(frozen=True)
class Source:
    """A sender as the registry has it. ``translation`` and ``plan`` are texts, which are read where they are used."""

    name: str
    store: str = "web"
    translation: str = ""
    plan: str = ""
    secret: str = field(default="", repr=False)
    events_per_second: int | None = None
