"""The checks of ``regulars doctor`` on Kafka: does it answer, are our topics as they have to be, is the intake read."""

from collections.abc import Iterator

from events.log import topics
from events.log.administration import administered
from events.log.cluster import Cluster
from events.log.errors import LogError
from events.log.groups import HeldGroup
from events.log.topic_findings import Severity
from services.cli.checks import Check, State
from services.cli.terminal import plural
from services.variables import KAFKA

STATES = {Severity.OK: State.OK, Severity.WARN: State.WARN, Severity.BAD: State.BAD}


def of_kafka(cluster: Cluster) -> Iterator[Check]:
    """Check the brokers and the topics; where no broker answers there is nothing to say of topics."""
    try:
        with administered(cluster) as kafka:
            held = kafka.cluster()
            doors = [kafka.group(cluster.doors, topic) for topic in kafka.topics([cluster.intake]).values()]
        findings = topics.check(cluster)
    except LogError as error:
        advice = f"Start it, or see that {KAFKA.name} and the settings that go with it are right."
        yield Check("kafka", State.BAD, str(error), advice)
        return
    brokers = "1 broker" if held.brokers == 1 else f"{held.brokers} brokers"
    yield Check("kafka", State.OK, f"{cluster.servers} answers: version {held.version}, {brokers}, cluster {held.name}")
    for finding in findings:
        yield Check("topic", STATES[finding.severity], f"{finding.topic}: {finding.sentence}", finding.advice)
    for each in doors:
        yield _intake(cluster, each)


def _intake(cluster: Cluster, doors: HeldGroup) -> Check:
    if not doors.behind:
        return Check("intake", State.OK, f"nothing waits in {cluster.intake} to be let in")
    finding = f"{plural(doors.behind, 'record')} of {cluster.intake} to be let in"
    if not doors.members:
        return Check("intake", State.WARN, f"{finding}, and no door runs", "Run 'regulars door'.")
    running = f"{finding}, by {plural(doors.members, 'door')}"
    return Check("intake", State.WARN, running, "Give 'regulars door' time, or see what it says; start one more.")
