"""The checks of ``regulars doctor`` on Kafka: does it answer, and are our topics what they have to be."""

from collections.abc import Iterator

from events.log import topics
from events.log.administration import administered
from events.log.cluster import Cluster
from events.log.errors import LogError
from events.log.topic_findings import Severity
from services.cli.checks import Check, State
from services.settings import KAFKA

STATES = {Severity.OK: State.OK, Severity.WARN: State.WARN, Severity.BAD: State.BAD}


def of_kafka(cluster: Cluster) -> Iterator[Check]:
    """Check the brokers and the topics; where no broker answers there is nothing to say of topics."""
    try:
        with administered(cluster) as kafka:
            held = kafka.cluster()
        findings = topics.check(cluster)
    except LogError as error:
        advice = f"Start it, or see that {KAFKA.name} and the settings that go with it are right."
        yield Check("kafka", State.BAD, str(error), advice)
        return
    brokers = "1 broker" if held.brokers == 1 else f"{held.brokers} brokers"
    yield Check("kafka", State.OK, f"{cluster.servers} answers: version {held.version}, {brokers}, cluster {held.name}")
    for finding in findings:
        yield Check("topic", STATES[finding.severity], f"{finding.topic}: {finding.sentence}", finding.advice)
