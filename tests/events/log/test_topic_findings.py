"""Findings about a topic, where a test's Kafka has too few brokers to show them."""

import pytest

from events.log.administration import HeldPartition, HeldTopic
from events.log.cluster import Cluster
from events.log.topic_declarations import IN_SYNC, declared
from events.log.topic_findings import Finding, Severity, compared

EVENTS, INTAKE, SIGNALS, OFFERS, DEAD_LETTERS = declared(Cluster("kafka-1:9092"), 2)
WELL = HeldPartition(led=True, replicas=3, in_sync=3)


def _found(*partitions: HeldPartition, **changed: str) -> list[Finding]:
    config = {**EVENTS.config, IN_SYNC: "2", **{name.replace("_", "."): value for name, value in changed.items()}}
    return compared(EVENTS, HeldTopic(EVENTS.name, "id", partitions, config), "kafka-1:9092")


def test_three_copies_of_everything_are_well() -> None:
    """There is one finding, that all is as declared."""
    assert _found(WELL, WELL) == [Finding(EVENTS.name, Severity.OK, "2 partitions, 3 copies, as declared.")]


@pytest.mark.parametrize(
    ("partition", "severity", "sentence"),
    [
        (
            HeldPartition(led=True, replicas=3, in_sync=2),
            Severity.WARN,
            "1 of 2 partitions (1) have copies that are behind.",
        ),
        (
            HeldPartition(led=True, replicas=3, in_sync=1),
            Severity.BAD,
            "1 of 2 partitions (1) take no records: no broker",
        ),
        (
            HeldPartition(led=False, replicas=3, in_sync=2),
            Severity.BAD,
            "1 of 2 partitions (1) take no records: no broker",
        ),
        (HeldPartition(led=True, replicas=2, in_sync=2), Severity.WARN, "There are 2 copies of it, not 3."),
    ],
)
def test_a_copy_that_is_away_shows(partition: HeldPartition, severity: Severity, sentence: str) -> None:
    """With two copies in step it goes on, and with fewer than ``min.insync.replicas`` or no leader it does not."""
    (finding,) = _found(WELL, partition)

    assert (finding.severity, finding.sentence.startswith(sentence)) == (severity, True)
    assert finding.advice


def test_three_copies_need_two_to_answer() -> None:
    """An answer that stands on one disk is lost with that disk; on fewer than three brokers there is no choice."""
    (finding,) = _found(WELL, WELL, min_insync_replicas="1")
    of_one = _found(*[HeldPartition(led=True, replicas=1, in_sync=1)] * 2, min_insync_replicas="1")

    assert finding.severity is Severity.BAD
    assert finding.sentence == f"{IN_SYNC} is 1 and not at least 2: one lost disk can lose what was acknowledged."
    assert [each.sentence for each in of_one] == ["There is 1 copy of it, not 3."]


def test_a_configuration_that_may_not_be_seen_is_a_warning() -> None:
    """Nothing is made up about it."""
    (finding,) = compared(EVENTS, HeldTopic(EVENTS.name, "id", [WELL, WELL], {}), "kafka-1:9092")

    assert (finding.severity, finding.sentence) == (Severity.WARN, "This user may not see its configuration.")


def test_history_is_kept_for_good_and_the_rest_is_not() -> None:
    """The log of record has no limit; what waits, or may name people in the clear, goes after a while."""
    days = [int(topic.config["retention.ms"]) / 86_400_000 for topic in (INTAKE, SIGNALS, OFFERS, DEAD_LETTERS)]

    assert (EVENTS.config["retention.ms"], EVENTS.config["retention.bytes"], days) == ("-1", "-1", [7, 7, 1, 90])


def test_the_time_of_a_record_is_the_brokers_everywhere() -> None:
    """Retention goes by it: what a source brings with last year's timestamps must not be deleted at once."""
    kinds = {topic.config["message.timestamp.type"] for topic in (EVENTS, INTAKE, SIGNALS, OFFERS, DEAD_LETTERS)}

    assert kinds == {"LogAppendTime"}
