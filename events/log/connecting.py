"""Connects kafka-python's admin client: in time, leaving nothing behind, and with the reason where it fails."""

import logging
from contextlib import ExitStack
from typing import Any

from kafka import KafkaAdminClient  # type: ignore[import-untyped]
from kafka.errors import KafkaError, KafkaTimeoutError, SaslAuthenticationFailedError  # type: ignore[import-untyped]
from kafka.net.compat import KafkaNetClient  # type: ignore[import-untyped]

from events.log.cluster import REQUEST_TIMEOUT_SECONDS, Cluster
from events.log.errors import LogError, LogRefused, LogUnavailable
from events.log.reaching import listening

GREET_TIMEOUT_SECONDS = 5
ATTEMPTS = logging.getLogger("kafka.net.manager")


class _Overheard(logging.Handler):
    """Keeps the errors of attempts to connect: kafka-python tells them to its log alone."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.errors: list[KafkaError] = []

    def emit(self, record: logging.LogRecord) -> None:
        given = record.args if isinstance(record.args, tuple) else ()
        self.errors.extend(each for each in given if isinstance(each, KafkaError))


def connected(cluster: Cluster, held: ExitStack) -> Any:  # noqa: ANN401 - kafka-python has no types
    """Return an admin client, which closes with ``held``. Raises LogUnavailable, or LogRefused for a wrong password.

    Where no broker listens, that is known within two seconds for each; where one listens and does not answer as Kafka
    does, within GREET_TIMEOUT_SECONDS.
    """
    # At DEBUG it writes down all of its configuration, the password with it.
    logging.getLogger("kafka.admin.client").setLevel(logging.INFO)
    server = listening(cluster)  # kafka-python would spend all of its time on one that does not

    def network(**configs: Any) -> Any:  # noqa: ANN401 - as above
        made = KafkaNetClient(**configs)
        held.callback(made.close)  # an admin client that gives up connecting would leave its thread behind
        return made

    overheard = _Overheard()
    ATTEMPTS.addHandler(overheard)
    try:
        client = KafkaAdminClient(
            **{**cluster.kafka_python(), "bootstrap_servers": [server]},
            bootstrap_timeout_ms=1000 * GREET_TIMEOUT_SECONDS,
            request_timeout_ms=1000 * REQUEST_TIMEOUT_SECONDS,
            kafka_client=network,
        )
    except KafkaError as error:
        raise _ours(cluster, overheard.errors or [error]) from error
    finally:
        ATTEMPTS.removeHandler(overheard)
    return held.enter_context(client)


def _ours(cluster: Cluster, errors: list[KafkaError]) -> LogError:
    for error in errors:
        if isinstance(error, SaslAuthenticationFailedError):
            return LogRefused(f"Kafka at {cluster.servers} refuses the user: {reason(error)}.")
    last = next((error for error in reversed(errors) if not isinstance(error, KafkaTimeoutError)), errors[-1])
    return LogUnavailable(
        f"Kafka at {cluster.servers} takes connections and does not answer ({reason(last)}): see that the security"
        " protocol, the password and the certificates are as it wants them, and what its own log says."
    )


def reason(error: KafkaError) -> str:
    """Return what an error says, without its name."""
    said = [str(each) for each in error.args if each is not None] or [
        getattr(error, "description", None) or type(error).__name__
    ]
    return " ".join(said).rstrip(".")
