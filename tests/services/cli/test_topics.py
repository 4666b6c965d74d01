"""``regulars topics``: what the command line makes of our topics on Kafka."""

import socket

import pytest

from events.log.cluster import Cluster
from events.log.topics import partition_counts
from tests.services.cli.conftest import Regulars

NAMES = ("events", "intake", "signals", "offers", "dead-letters")


@pytest.fixture(autouse=True)
def _on_kafka(regulars: Regulars, kafka: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    del regulars  # it clears the environment first
    monkeypatch.setenv("REGULARS_KAFKA", kafka.servers)
    monkeypatch.setenv("REGULARS_TOPIC_PREFIX", kafka.prefix)
    monkeypatch.setenv("REGULARS_PARTITIONS", "3")


def test_topics_are_made_once(regulars: Regulars, kafka: Cluster) -> None:
    """They have as many partitions as the setting says; doing it again says that they were there."""
    first = regulars("topics", "create", "--replication", "1", "--json")
    again = regulars("topics", "create")

    assert first.exit_code == again.exit_code == 0
    assert first.document["topics"] == [
        {"topic": f"{kafka.prefix}.{name}", "made": True, "partitions": partitions, "replication": 1}
        for name, partitions in zip(NAMES, (3, 3, 3, 3, 1), strict=True)
    ]
    assert [line.split()[-1] for line in again.out.splitlines()[2:]] == ["before"] * 5


def test_topics_are_described(regulars: Regulars, kafka: Cluster) -> None:
    """As a table, and as one document with all of it."""
    regulars("topics", "create", "--replication", "1")

    shown, told = regulars("topics", "describe"), regulars("topics", "describe", "--json")

    assert shown.exit_code == told.exit_code == 0
    assert "for good" in shown.out
    assert "90 days" in shown.out
    assert [each["topic"] for each in told.document["topics"]] == [f"{kafka.prefix}.{name}" for name in NAMES]
    assert all(each["end_offsets"] == 0 and len(each["topic_id"]) == 22 for each in told.document["topics"])


def test_topics_that_are_well_are_told_so(regulars: Regulars) -> None:
    """A warning is no failure: a Kafka of one broker has one copy of everything."""
    regulars("topics", "create", "--replication", "1")

    shown, told = regulars("topics", "check"), regulars("topics", "check", "--json")

    assert shown.exit_code == told.exit_code == 0
    assert shown.out.count("There is 1 copy of it, not 3.") == 5
    assert told.document["healthy"] is True
    assert {finding["severity"] for finding in told.document["findings"]} == {"warn"}


def test_topics_that_are_missing_are_a_no(regulars: Regulars, kafka: Cluster) -> None:
    """The exit code says so, and the words say what to run."""
    checked, told, described = (
        regulars("topics", "check"),
        regulars("topics", "check", "--json"),
        regulars("topics", "describe"),
    )

    assert (checked.exit_code, told.exit_code, described.exit_code) == (1, 1, 1)
    assert f"✗ bad   {kafka.events}: It does not exist.\n        Run 'regulars topics create'.\n" in checked.out
    assert told.document["healthy"] is False
    assert f"has no topic {kafka.events}: run 'regulars topics create'." in described.out


def test_another_partition_count_is_refused(
    regulars: Regulars, kafka: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence, and the code of a wrong setting; ``check`` calls it bad."""
    regulars("topics", "create", "--replication", "1")
    monkeypatch.setenv("REGULARS_PARTITIONS", "12")

    ran, checked = regulars("topics", "create"), regulars("topics", "check", "--json")

    assert (ran.exit_code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"regulars: {kafka.events} has 3 partitions and not 12.")
    assert checked.exit_code == 1
    assert partition_counts(kafka)[kafka.events] == 3


def test_without_kafka_there_are_no_topics(regulars: Regulars, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names the setting."""
    monkeypatch.delenv("REGULARS_KAFKA")

    ran = regulars("topics", "check")

    assert (ran.exit_code, ran.out) == (2, "")
    assert ran.err.startswith("regulars: REGULARS_KAFKA is not set: ")


def test_a_kafka_that_is_away_is_one_sentence(regulars: Regulars, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, with the code that says that it cannot be done now."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{bound.getsockname()[1]}"
        monkeypatch.setenv("REGULARS_KAFKA", address)

        ran = regulars("topics", "create", "--json")

    assert (ran.exit_code, ran.out) == (4, "")
    assert ran.err == f"regulars: Kafka cannot be reached ({address}: Connection refused).\n"
