"""Systems outside, which bring facts: by Kafka's intake, or over HTTP."""

import base64
import http.client
from collections.abc import Iterable

from confluent_kafka import Producer

from events.codec import Codec
from events.envelope import Envelope
from events.log.cluster import Cluster
from tests.infra.container import Container

ANSWER_SECONDS = 10.0
CODEC = Codec()


def write(cluster: Cluster, events: Iterable[Envelope]) -> None:
    """Write events to the intake as the contract says, keyed by subject; return when the broker has them.

    The producer is idempotent, as Java's are by default.
    """
    failures: list[object] = []
    producer = Producer({**cluster.librdkafka(), "enable.idempotence": True, "log_level": 0})
    for event in events:
        producer.produce(
            cluster.intake,
            CODEC.encode(event),
            event.subject,
            on_delivery=lambda error, _: failures.append(error) if error is not None else None,
        )
    assert (producer.flush(ANSWER_SECONDS), failures) == (0, [])


def post(api: Container, key: str, events: Iterable[Envelope]) -> int:
    """Send events as one batch of CloudEvents, and return the status of the answer."""
    host, _, port = api.environment["REGULARS_API"].rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=ANSWER_SECONDS)
    body = b"[" + b",".join(CODEC.encode(event) for event in events) + b"]"
    headers = {
        "Authorization": f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}",
        "Content-Type": "application/cloudevents-batch+json",
    }
    try:
        connection.request("POST", "/v1/events", body, headers)
        return connection.getresponse().status
    finally:
        connection.close()
