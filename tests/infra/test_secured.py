"""infra/kafka/secured.yml: Kafka asks everybody who they are, and Regulars alone writes the log of record."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from events.log.cluster import Cluster
from services.benchmark.workload import workload
from services.ingest import verdicts
from services.installation import Installation
from tests.infra.composed import passwords
from tests.infra.conftest import Services
from tests.infra.following import await_folded, await_true, cluster_of
from tests.infra.outside import write
from tests.infra.stack import Stack, running

EVENTS = 500
ANSWER_SECONDS = 10.0
REFUSED_SECONDS = 2.0


@pytest.fixture(scope="module")
def stack(secured: Services, tmp_path_factory: pytest.TempPathFactory, empty_database: str) -> Iterator[Stack]:
    """Return the services, all of them ready."""
    with running(secured, tmp_path_factory.mktemp("stack"), empty_database) as stack:
        yield stack


@pytest.fixture(scope="module")
def regulars(stack: Stack) -> Cluster:
    """Return Kafka as our services reach it."""
    return cluster_of(stack.of("pump")[0])


@pytest.fixture(scope="module")
def upstream(regulars: Cluster) -> Cluster:
    """Return Kafka as the systems reach it that bring facts."""
    return replace(regulars, sasl_username="upstream", sasl_password=passwords()["KAFKA_UPSTREAM_PASSWORD"])


def _answer(cluster: Cluster, topic: str) -> int | None:
    """Write a record to a topic; return the code of the error, None where there is none."""
    answers: list[int | None] = []
    producer = Producer({**cluster.librdkafka(), "log_level": 0})
    producer.produce(topic, b"{}", on_delivery=lambda error, _: answers.append(None if error is None else error.code()))
    producer.flush(ANSWER_SECONDS)
    return answers[0]


def _seen(cluster: Cluster) -> set[str] | None:
    """Return the names of the topics that somebody sees; None where Kafka does not speak to them."""
    try:
        return set(AdminClient({**cluster.librdkafka(), "log_level": 0}).list_topics(timeout=REFUSED_SECONDS).topics)
    except KafkaException:
        return None


def test_events_go_the_whole_way_under_the_rules(stack: Stack, regulars: Cluster, empty_database: str) -> None:
    """Our services may do all that they have to: make topics, append, fold, publish, and hear what is signalled."""
    with closing(Installation(empty_database, regulars)) as installation:
        installation.log().append(list(workload(EVENTS)))

        await_folded(installation)

    assert stack.of("relay")[0].metrics()["regulars_relay_leading"] == {(): 1.0}
    reactions = stack.of("reactions")[0]
    await_true(lambda: reactions.metrics()["regulars_reactions_signals_total"][()] > 0, "signals are heard")


def test_upstream_systems_write_to_the_intake_alone(upstream: Cluster) -> None:
    """What they say passes the door before it is on the log of record."""
    written = [upstream.intake, upstream.events, upstream.signals, upstream.offers, upstream.dead_letters]

    answers = [_answer(upstream, topic) for topic in written]

    assert answers == [None, *[KafkaError.TOPIC_AUTHORIZATION_FAILED] * 4]


def test_what_upstream_systems_write_passes_the_door(
    stack: Stack, regulars: Cluster, upstream: Cluster, empty_database: str
) -> None:
    """The door may do all that it has to: read the intake as a group, write the log, and keep what is no event."""
    with closing(Installation(empty_database, regulars)) as installation:
        log, connection = installation.log(), installation.connect()
        before, sent = sum(log.ends().values()), list(workload(20, seed=8))
        refused = _answer(upstream, upstream.intake)

        write(upstream, sent)

        await_true(lambda: sum(log.ends().values()) == before + len(sent), "all of it is on the log")
        await_true(lambda: verdicts.listed(connection), "what is no event is kept")
    assert refused is None
    assert stack.of("door")[0].metrics()["regulars_door_stored_total"] == {(): len(sent)}


def test_our_services_cannot_delete_the_log(regulars: Cluster) -> None:
    """A mistake of theirs, or of who has their password, does not cost history."""
    admin = AdminClient(regulars.librdkafka())

    with pytest.raises(KafkaException) as refused:
        admin.delete_topics([regulars.events])[regulars.events].result(ANSWER_SECONDS)

    assert refused.value.args[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED


def test_who_has_no_password_learns_nothing(upstream: Cluster) -> None:
    """Not even which topics there are; and who has one sees the topics that are theirs."""
    stranger = replace(upstream, sasl_password=f"not {upstream.sasl_password}")

    seen = [_seen(upstream), _seen(stranger)]

    assert seen == [{upstream.intake}, None]
