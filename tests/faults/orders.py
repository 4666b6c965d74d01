"""What the processes of a fault run are told when they start: one JSON document on their command line."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Self

from events.log.cluster import Cluster

BATCH_EVENTS = 400
"""Small batches: much to be in the middle of."""

SESSION_SECONDS = 2.0
"""A group misses a silent member after this time: five times sooner than in production, so that a run is short."""

DELIVERY_SECONDS = 5.0
"""A producer waits so long for an answer: a third of what it does in production, to see it fail more often."""


RATE = 1_000.0
"""How many events a producer sends in a second."""


class Point(StrEnum):
    """Where a pump may fail in a batch."""

    NOWHERE = "nowhere"
    AFTER_FETCH = "after the fetch"
    BEFORE_WRITE = "before the transaction"
    AFTER_UPSERTS = "after the upserts"
    BEFORE_COMMIT = "before COMMIT"
    AFTER_COMMIT = "after COMMIT"


class DoorPoint(StrEnum):
    """Where the front door may fail with what it was sent."""

    NOWHERE = "nowhere"
    BEFORE_APPEND = "before the append"
    AFTER_APPEND = "after the append"
    BEFORE_ANSWER = "before the answer"
    AFTER_ANSWER = "after the answer"


class Break(StrEnum):
    """How a build is broken on purpose."""

    NOTHING = "nothing"
    CHECKPOINT_AFTER = "the checkpoint is moved in a transaction of its own, after the rows"
    CHECKPOINT_BEFORE = "the checkpoint is moved in a transaction of its own, before the rows"
    NO_FENCING = "a batch is written whoever owns the partition"
    NO_WINDOW = "an event that is there a second time counts"
    ANSWER_FIRST = "the front door answers before the log has it"


@dataclass(frozen=True)
class Order:
    """What every process is told: which Kafka, and the prefix of the topics."""

    servers: str
    prefix: str

    @property
    def cluster(self) -> Cluster:
        """The Kafka that is meant."""
        return Cluster(self.servers, prefix=self.prefix)

    def word(self) -> str:
        """Return the order as one word of a command line."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, word: str) -> Self:
        """Return the order that a word says."""
        return cls(**json.loads(word))


@dataclass(frozen=True)
class PumpOrder(Order):
    """What a pump is told; where it fails, ``frozen`` says that it stops there, and it is killed otherwise."""

    dsn: str
    group: str = "pump"
    without: tuple[str, ...] = ()
    batch_events: int = BATCH_EVENTS
    session_seconds: float = SESSION_SECONDS
    point: str = Point.NOWHERE
    at_batch: int = 1
    frozen: bool = False
    broken: str = Break.NOTHING


@dataclass(frozen=True)
class ProducerOrder(Order):
    """What a producer is told: the file for what was acknowledged, and which of a workload's events to send how fast.

    ``shuffled`` mixes that many events that follow each other.
    """

    acknowledged: str
    seed: int = 42
    first: int = 0
    count: int = 400_000
    rate: float = RATE
    append_events: int = 50
    shuffled: int = 1


@dataclass(frozen=True)
class DoorOrder(Order):
    """What a front door is told; where it fails, it is killed at the point when it comes there ``at_batch`` times."""

    dsn: str
    port: int
    point: str = DoorPoint.NOWHERE
    at_batch: int = 1
    frozen: bool = False
    broken: str = Break.NOTHING


class Wire(StrEnum):
    """What a sender speaks with the front door."""

    CLOUDEVENTS = "cloudevents"
    SEGMENT = "segment"


@dataclass(frozen=True)
class SenderOrder(ProducerOrder):
    """What is told to a producer that sends through the front door: where that is, and the key to it."""

    port: int = 0
    key: str = ""
    wire: str = Wire.CLOUDEVENTS
