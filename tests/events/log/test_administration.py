"""How Kafka's brokers are reached: quickly or with one sentence, and without a word about passwords."""

import logging
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from events.log.administration import Administration, HeldPartition, HeldTopic, WantedTopic, administered
from events.log.cluster import Cluster
from events.log.connecting import GREET_TIMEOUT_SECONDS
from events.log.errors import LogRefused, LogUnavailable

SECRET = "open-sesame"  # noqa: S105 - nobody's


@pytest.fixture
def closed() -> Iterator[str]:
    """Return an address at which nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{bound.getsockname()[1]}"


@pytest.fixture
def silent() -> Iterator[str]:
    """Return an address that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


def _refused(cluster: Cluster) -> tuple[str, float]:
    """Return the sentence that says that Kafka is not there, and how many seconds it took."""
    begun = time.monotonic()
    with pytest.raises(LogUnavailable) as refused, administered(cluster) as kafka:
        kafka.brokers()
    return str(refused.value), time.monotonic() - begun


def test_where_nothing_listens_is_known_at_once(closed: str) -> None:
    """Each broker is named with its reason, in one sentence."""
    sentence, seconds = _refused(Cluster(f"{closed},no-such-host.invalid:9092"))

    assert sentence.startswith(f"Kafka cannot be reached ({closed}: Connection refused; no-such-host.invalid:9092: ")
    assert "\n" not in sentence
    assert seconds < 5


def test_a_broker_that_does_not_answer_is_given_up(silent: str, caplog: pytest.LogCaptureFixture) -> None:
    """It takes a few seconds, and leaves no thread behind, nor a password in the sentence or the most talkative log."""
    caplog.set_level(logging.DEBUG)
    before = threading.active_count()

    sentence, seconds = _refused(Cluster(silent, "regulars", "SASL_PLAINTEXT", "PLAIN", "shop", SECRET))

    assert sentence.startswith(f"Kafka at {silent} takes connections and does not answer (")
    assert "see that the security protocol, the password and the certificates are as it wants them" in sentence
    assert seconds < GREET_TIMEOUT_SECONDS + 2
    assert threading.active_count() == before
    assert caplog.records
    assert SECRET not in sentence + caplog.text


def test_one_broker_of_several_is_enough(kafka: Cluster, closed: str) -> None:
    """The ones that are down are passed over."""
    with administered(Cluster(f"{closed},{kafka.servers}")) as brokers:
        count = brokers.brokers()

    assert count >= 1


def test_what_a_broker_refuses_is_told_in_its_words(kafka: Cluster) -> None:
    """The request was wrong, and sending it again would not help."""
    with pytest.raises(LogRefused) as refused, administered(kafka) as brokers:
        brokers.make([WantedTopic(kafka.events, 1, 1, {"retention.ms": "for ever"})])

    assert str(refused.value).startswith(f"Kafka at {kafka.servers} refuses: {kafka.events}: ")
    assert "retention.ms" in str(refused.value)


def test_a_topic_without_a_leader_has_no_offsets() -> None:
    """Nobody could tell them, so nobody is asked."""
    lost = HeldTopic("lost", "id", [HeldPartition(led=False, replicas=1, in_sync=0)], {})

    assert Administration(client=None).offsets({"lost": lost}) == {}
