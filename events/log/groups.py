"""A group of consumers as the brokers know it, asked by kafka-python's admin client."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from kafka import OffsetSpec, TopicPartition  # type: ignore[import-untyped]
from kafka.errors import BrokerResponseError, GroupIdNotFoundError  # type: ignore[import-untyped]

from events.log.cluster import REQUEST_TIMEOUT_SECONDS

LOOK_SECONDS = 0.1

T = TypeVar("T")


class HeldGroup(NamedTuple):
    """How many members a group has, and how many records it has yet to read.

    A member that was killed counts until its session is over.
    """

    members: int
    behind: int


def held_group(client: Any, name: str, topic: str, partitions: int) -> HeldGroup:  # noqa: ANN401 - it has no types
    """Return how far a group is with a topic; one that there is not has all of it to read."""
    places = [TopicPartition(topic, each) for each in range(partitions)]
    starts = client.list_partition_offsets(dict.fromkeys(places, OffsetSpec.EARLIEST))
    ends = client.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
    reached = _patiently(lambda: client.list_group_offsets({name: places})[name])
    behind = sum(ends[place].offset - max(starts[place].offset, reached[place].offset) for place in places)
    try:
        members = _patiently(lambda: client.describe_groups([name])[name]["members"])
    except GroupIdNotFoundError:
        members = []
    return HeldGroup(len(members), behind)


def _patiently(ask: Callable[[], T]) -> T:
    """Ask until there is somebody who knows: on a new Kafka, and where a broker has come back, nobody is at first."""
    give_up = time.monotonic() + REQUEST_TIMEOUT_SECONDS
    while True:
        try:
            return ask()
        except BrokerResponseError as error:
            if not error.retriable or time.monotonic() > give_up:
                raise
        time.sleep(LOOK_SECONDS)
