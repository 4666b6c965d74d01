"""Faust as we use it: one agent on the topic of signals, in a process of ours, with no web server and no tables.

Faust shares the topic's partitions out between our workers and remembers how far each got. A batch is acknowledged
after its effects are committed; so after a crash, a rebalance or a broker's restart some signals are heard again, and
none is left out. What a message holds is read by us and not by Faust, which would end a batch where one is unreadable.
"""

import ssl
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import faust
from faust.app.base import BootStrategy
from faust.auth import SASLCredentials, SSLCredentials
from faust.transport.drivers import aiokafka as kafka

from events.log.cluster import REQUEST_TIMEOUT_SECONDS, Cluster

MOST_AT_ONCE = 500
"""Signals of a batch."""

WITHIN_SECONDS = 0.05
"""How long a batch gathers."""

COMMIT_SECONDS = 0.5
SESSION_SECONDS = 10.0
HEARTBEAT_SECONDS = 3.0
POLL_SECONDS = 86_400.0
"""For how long a batch may wait for a database that is away, until others take our partitions: they wait as well."""

Handle = Callable[[Sequence[Any]], Awaitable[None]]
"""Does what a batch of Faust's events asks for; when it returns, they are acknowledged."""


class _ConsumerOnly(BootStrategy):
    enable_kafka_producer = False
    enable_web = False


class _ConsumerThread(kafka.AIOKafkaConsumerThread):
    """Leaves the group while its own queue of calls is still served.

    Faust ends that queue first. A rebalance that is under way then waits for a call that nobody carries out, and who
    leaves waits for the rebalance, for minutes.
    """

    async def on_thread_stop(self) -> None:
        if self._consumer is not None:
            await self._consumer.stop()
        await super().on_thread_stop()


class _Consumer(kafka.Consumer):
    def _new_consumer_thread(self) -> kafka.AIOKafkaConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)


class _Transport(kafka.Transport):
    Consumer = _Consumer


class _App(faust.App):
    BootStrategy = _ConsumerOnly

    def _new_transport(self) -> _Transport:
        return _Transport(self.conf.broker_consumer, self)


def group_of(cluster: Cluster) -> str:
    """Return the group of consumers whose members are the workers."""
    return f"{cluster.prefix}.reactions"


def app_for(cluster: Cluster, folder: Path, handle: Handle) -> faust.App:
    """Return the application, to be started in the running loop. ``folder`` is for what Faust wants on a disk."""
    app = _App(
        group_of(cluster),
        broker=[f"kafka://{server}" for server in cluster.servers.split(",")],
        broker_credentials=_credentials(cluster),
        broker_client_id="regulars-reactions",
        broker_commit_interval=COMMIT_SECONDS,
        broker_heartbeat_interval=HEARTBEAT_SECONDS,
        broker_max_poll_interval=POLL_SECONDS,
        broker_max_poll_records=2 * MOST_AT_ONCE,
        broker_request_timeout=REQUEST_TIMEOUT_SECONDS,
        broker_session_timeout=SESSION_SECONDS,
        broker_rebalance_timeout=SESSION_SECONDS,
        consumer_auto_offset_reset="earliest",
        datadir=folder,
        store="memory://",
        stream_buffer_maxsize=2 * MOST_AT_ONCE,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
    )
    topic = app.topic(cluster.signals, key_serializer="raw", value_serializer="raw", value_type=bytes)

    async def react(stream: Any) -> None:  # noqa: ANN401 - Faust's stream has no useful type
        async for events in stream.noack_take(MOST_AT_ONCE, within=WITHIN_SECONDS):
            await handle(events)
            for event in events:
                event.ack()

    app.agent(topic, name="regulars.reactions", concurrency=1)(react)
    return app


def _credentials(cluster: Cluster) -> Any:  # noqa: ANN401 - Faust's kinds have no common type that it takes
    protocol = cluster.security_protocol or "PLAINTEXT"
    context = _context(cluster) if protocol.endswith("SSL") else None
    if protocol.startswith("SASL_"):
        return SASLCredentials(
            username=cluster.sasl_username,
            password=cluster.sasl_password,
            mechanism=cluster.sasl_mechanism,
            ssl_context=context,
        )
    return SSLCredentials(context) if context else None


def _context(cluster: Cluster) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=cluster.ssl_ca)
    if cluster.ssl_certificate:
        context.load_cert_chain(cluster.ssl_certificate, cluster.ssl_key, cluster.ssl_key_password)
    return context
