"""The fixtures around Kafka: a test's topics are its own, and what a run has no Kafka for fails with a sentence."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from events.log.cluster import Cluster
from services.dev.ports import HOST, free_port, serves
from services.settings import InstallationError
from tests.kafka_shared import ADDRESS, shared_kafka
from tests.services.running import wait_until
from tests.tidy.sources import ROOT

ANSWER_SECONDS = 30.0
NO_KAFKA = {"PATH": "", "JAVA_HOME": "", "DOCKER_HOST": "unix:///nowhere"}


@pytest.fixture(scope="module")
def seen() -> list[Cluster]:
    """Return the clusters that the tests of this module were given, in order."""
    return []


def _run(**environment: str) -> subprocess.CompletedProcess[str]:
    """Run the test below that needs a Kafka, where no programme is found."""
    wanted = f"{__file__}::test_the_topics_of_a_test_are_its_own[1]"
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", wanted]
    environment = {**os.environ, **NO_KAFKA, **environment}
    return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, check=False, text=True)


@pytest.mark.parametrize("partitions", [1, 2])
def test_the_topics_of_a_test_are_its_own(kafka: Cluster, seen: list[Cluster], partitions: int) -> None:
    """The second of two tests that make the same topic finds nothing of the first."""
    admin = AdminClient(kafka.librdkafka())
    topics = admin.list_topics(timeout=ANSWER_SECONDS).topics
    left = [name for name in topics for cluster in [*seen, kafka] if name.startswith(cluster.prefix)]
    seen.append(kafka)

    admin.create_topics([NewTopic(kafka.events, partitions, 1)])[kafka.events].result()
    deadline = time.monotonic() + ANSWER_SECONDS
    while (made := admin.list_topics(timeout=ANSWER_SECONDS).topics.get(kafka.events)) is None:
        assert time.monotonic() < deadline, "a broker hears of a topic a moment after the controller made it"
        time.sleep(0.05)

    assert (left, len(made.partitions)) == ([], partitions)
    assert len({cluster.prefix for cluster in seen}) == len(seen)


def test_where_there_is_no_kafka_a_test_fails_and_says_what_to_install() -> None:
    """It is not skipped: what was not tested is not fine."""
    ran = _run(REGULARS_TEST_KAFKA="")

    assert ran.returncode == pytest.ExitCode.TESTS_FAILED
    assert "These tests need Kafka: set REGULARS_TEST_KAFKA to host:port, start Docker, or install Java" in ran.stdout
    assert "1 error in" in ran.stdout


def test_a_kafka_that_is_given_is_used(kafka_address: str) -> None:
    """REGULARS_TEST_KAFKA comes first; nothing need be installed then."""
    ran = _run(REGULARS_TEST_KAFKA=kafka_address)

    assert ran.returncode == pytest.ExitCode.OK
    assert "1 passed" in ran.stdout


def test_workers_share_a_kafka_which_ends_with_the_last_of_them(tmp_path: Path) -> None:
    """The second is given what the first one started, and after both have left nobody serves there."""
    with shared_kafka(tmp_path) as first:
        with shared_kafka(tmp_path) as second:
            pass
        still = serves(first)

    wait_until(lambda: not serves(first))
    assert (second, still) == (first, True)
    assert not (tmp_path / ADDRESS).exists()


def test_an_address_at_which_nobody_serves_any_more_is_not_taken(tmp_path: Path) -> None:
    """What a Kafka that was killed left behind does not fail every run from then on."""
    (tmp_path / ADDRESS).write_text(f"{HOST}:{free_port()}", encoding="ascii")

    with shared_kafka(tmp_path) as address:
        assert serves(address)


def test_where_there_is_no_kafka_to_share_the_reason_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence of the process that was to run it is that of the worker."""
    for name, value in NO_KAFKA.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(InstallationError, match="needs Java 17 or newer"), shared_kafka(tmp_path):
        pass
