"""Which Kafka, how to reach it, and what our topics are called there.

The same settings in the words of both client libraries: librdkafka (confluent-kafka, the hot path) and kafka-python
(topics, auditors).
"""

from dataclasses import dataclass, field
from typing import Any

DEFAULT_PREFIX = "regulars"
REQUEST_TIMEOUT_SECONDS = 15


@dataclass(frozen=True)
class Cluster:
    """A Kafka cluster. ``prefix`` begins the names of our topics; what is None is left to the client's default."""

    servers: str
    prefix: str = DEFAULT_PREFIX
    security_protocol: str | None = None
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: str | None = field(default=None, repr=False)
    ssl_ca: str | None = None
    ssl_certificate: str | None = None
    ssl_key: str | None = None
    ssl_key_password: str | None = field(default=None, repr=False)

    @property
    def intake(self) -> str:
        """Where upstream systems that speak Kafka write what happened; kept for days."""
        return f"{self.prefix}.intake"

    @property
    def events(self) -> str:
        """The log of record: valid, canonical events, which only Regulars writes; kept for good."""
        return f"{self.prefix}.events"

    @property
    def signals(self) -> str:
        """What the reactions hear of."""
        return f"{self.prefix}.signals"

    @property
    def offers(self) -> str:
        """Personal offers, for whoever shows them."""
        return f"{self.prefix}.offers"

    @property
    def dead_letters(self) -> str:
        """Events that were parked, and why."""
        return f"{self.prefix}.dead-letters"

    @property
    def doors(self) -> str:
        """The group of consumers whose members are the doors of the intake."""
        return f"{self.prefix}.door"

    def librdkafka(self) -> dict[str, Any]:
        """Return the configuration as librdkafka's clients want it."""
        given = {
            "bootstrap.servers": self.servers,
            "reconnect.backoff.max.ms": 500,
            "security.protocol": self.security_protocol,
            "sasl.mechanism": self.sasl_mechanism,
            "sasl.username": self.sasl_username,
            "sasl.password": self.sasl_password,
            "ssl.ca.location": self.ssl_ca,
            "ssl.certificate.location": self.ssl_certificate,
            "ssl.key.location": self.ssl_key,
            "ssl.key.password": self.ssl_key_password,
        }
        return {name: value for name, value in given.items() if value is not None}

    def kafka_python(self) -> dict[str, Any]:
        """Return the configuration as kafka-python's clients want it."""
        given = {
            "bootstrap_servers": self.servers.split(","),
            "security_protocol": self.security_protocol,
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.sasl_username,
            "sasl_plain_password": self.sasl_password,
            "ssl_cafile": self.ssl_ca,
            "ssl_certfile": self.ssl_certificate,
            "ssl_keyfile": self.ssl_key,
            "ssl_password": self.ssl_key_password,
        }
        return {name: value for name, value in given.items() if value is not None}
