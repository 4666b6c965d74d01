"""A topic compared with what it has to be: findings in words, with what to do about each."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from events.log.administration import HeldTopic
from events.log.topic_declarations import IN_SYNC, REPLICATION, WHY, Topic, in_sync_replicas

MOST_NAMED = 10
AT_LEAST = ("max.message.bytes", IN_SYNC)


class Severity(StrEnum):
    """How a finding is meant: what is bad loses or hides events, or will."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


class Finding(NamedTuple):
    """What was found about a topic, and what to do about it."""

    topic: str
    severity: Severity
    sentence: str
    advice: str = ""


def compared(topic: Topic, held: HeldTopic | None, servers: str) -> list[Finding]:
    """Return what there is to say about a topic, at least that it is well; ``servers`` go into commands to run."""
    if held is None:
        return [Finding(topic.name, Severity.BAD, "It does not exist.", "Run 'regulars topics create'.")]
    found = [*_of_count(topic, held), *_of_config(topic, held, servers), *_of_copies(topic, held)]
    well = f"{_counted(len(held.partitions), 'partition')}, {_copies(held.replication)}, as declared."
    return found or [Finding(topic.name, Severity.OK, well)]


def other_count(topic: Topic, count: int) -> tuple[str, str]:
    """Return what it means that a topic has another partition count, and what to do about it."""
    sentence = f"{topic.name} has {count} partitions and not {topic.partitions}."
    if not topic.counted:
        return sentence, "Nothing is lost by it."
    return sentence, (
        f"If it was made so, set REGULARS_PARTITIONS to {count}. A count never changes: a subject's history would lie"
        " in two partitions. If somebody changed it, append nothing more, and begin new topics under another"
        " REGULARS_TOPIC_PREFIX, into which the records of the old ones are sent again."
    )


def _of_count(topic: Topic, held: HeldTopic) -> Iterator[Finding]:
    if len(held.partitions) != topic.partitions:
        severity = Severity.BAD if topic.counted else Severity.WARN
        yield Finding(topic.name, severity, *other_count(topic, len(held.partitions)))


def _of_config(topic: Topic, held: HeldTopic, servers: str) -> Iterator[Finding]:
    if not held.config:
        advice = "Let it: grant DescribeConfigs on the topic."
        yield Finding(topic.name, Severity.WARN, "This user may not see its configuration.", advice)
        return
    for name, wanted in {**topic.config, IN_SYNC: str(in_sync_replicas(held.replication))}.items():
        value = held.config.get(name) or "unknown"
        least = "at least " if name in AT_LEAST else ""
        if value == wanted or (least and value.isdecimal() and int(value) >= int(wanted)):
            continue
        grave = topic.of_record and name != "compression.type"
        sentence = f"{name} is {value} and not {least}{wanted}: {WHY[name]}."
        advice = (
            f"Run kafka-configs.sh --bootstrap-server {servers} --alter --entity-type topics"
            f" --entity-name {topic.name} --add-config {name}={wanted}"
        )
        yield Finding(topic.name, Severity.BAD if grave else Severity.WARN, sentence, advice)


def _of_copies(topic: Topic, held: HeldTopic) -> Iterator[Finding]:
    needed = int(held.config.get(IN_SYNC) or 1)
    stopped = [number for number, each in enumerate(held.partitions) if not each.led or each.in_sync < needed]
    behind = [number for number, each in enumerate(held.partitions) if each.in_sync < each.replicas]
    if held.replication < REPLICATION:
        sentence = (
            f"There {'is' if held.replication == 1 else 'are'} {_copies(held.replication)} of it, not {REPLICATION}."
        )
        advice = "Where there are three brokers, make it three with kafka-reassign-partitions.sh."
        yield Finding(topic.name, Severity.WARN, sentence, advice)
    if stopped:
        few = f", or fewer than {needed} brokers have all of them" if needed > 1 else ""
        sentence = f"{_some(stopped, held)} take no records: no broker leads{few}."
        yield Finding(
            topic.name, Severity.BAD, sentence, "Start the brokers that are down, and see what their logs say."
        )
    elif behind:
        sentence = f"{_some(behind, held)} have copies that are behind."
        yield Finding(topic.name, Severity.WARN, sentence, "See that every broker is up, and give them time.")


def _copies(count: int) -> str:
    return "1 copy" if count == 1 else f"{count} copies"


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _some(numbers: list[int], held: HeldTopic) -> str:
    named = ", ".join(map(str, numbers[:MOST_NAMED])) + (" …" if len(numbers) > MOST_NAMED else "")
    return f"{len(numbers)} of {_counted(len(held.partitions), 'partition')} ({named})"
