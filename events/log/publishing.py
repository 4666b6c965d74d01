"""Publishes messages on our topics by kafka-python: what is of low rate, and must not share a client with the hot path.

An answer comes when every broker that has to has all of it (idempotent producer, acks=all). Messages of one key lie in
one partition, in the order in which they were given: the partition that the log of record would have for that subject.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from kafka import KafkaProducer  # type: ignore[import-untyped]
from kafka.errors import (  # type: ignore[import-untyped]
    AuthorizationError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordTooLargeError,
    UnknownTopicOrPartitionError,
)
from kafka.net.compat import KafkaNetClient  # type: ignore[import-untyped]

from events.log import partition_of
from events.log.cluster import REQUEST_TIMEOUT_SECONDS, Cluster
from events.log.errors import LogRefused, LogUnavailable
from events.log.reaching import listening
from events.log.topic_declarations import BATCH_BYTES

GREET_TIMEOUT_SECONDS = 5
PRODUCER = {
    "acks": "all",
    "allow_auto_create_topics": False,
    "bootstrap_timeout_ms": 1000 * GREET_TIMEOUT_SECONDS,
    "compression_type": "lz4",
    "delivery_timeout_ms": 1000 * REQUEST_TIMEOUT_SECONDS,
    "enable_idempotence": True,
    "linger_ms": 0,
    "max_block_ms": 1000 * REQUEST_TIMEOUT_SECONDS,
    "max_request_size": 2 * BATCH_BYTES,
    "request_timeout_ms": 1000 * REQUEST_TIMEOUT_SECONDS - 1000,
}
REFUSALS = (AuthorizationError, MessageSizeTooLargeError, RecordTooLargeError, UnknownTopicOrPartitionError)
