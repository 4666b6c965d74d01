"""Publishes the outboxes on Kafka until told to stop: what ``regulars relay`` is.

Each row at least once, in the order of its outbox. The position moves after Kafka has the rows, so those in between are
published again after a crash: readers know them by their ids. One relay works at a time; another waits for it to end.

What the desk decided goes first, and onto the log of record: an event that is there twice counts once by its id. A
relay that was cut off from the database may still send what it had read, and never more than the next one sends too: so
the first of each id stand in order.
"""

import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from threading import Event

from events.log.cluster import Cluster
from events.log.publishing import Publisher
from projections._engine.registry import Connection
from services.cli.reporting import STATUS_SECONDS, Report
from services.cli.terminal import plural
from services.installation import Installation
from services.process.health import Health
from services.process.metrics_server import served
from services.process.retrying import DATABASE, LOG, PASSING, opened_until_stopped
from services.relay import news
from services.relay.figures import RelayFigures, relay_registry
from services.relay.leading import leads
from services.relay.outbox import OutboxReader
from services.relay.outboxes import ACCESS, DEAD_LETTER, DESK, OFFER, OUTBOXES, SIGNAL, VERDICT, make_outboxes
from services.relay.pruning import PUBLISHED, Pruner
from services.relay.same_log import refuse_another_log
from services.settings import Settings

IDLE_SECONDS = 0.1
SOON_SECONDS = 0.02
BACKLOG_SECONDS = 5.0
ASK_SECONDS = 10.0


def relay_until_stopped(settings: Settings, cluster: Cluster, stop: Event, report: Report) -> None:
    """Publish what is in the outboxes until ``stop`` is set; what is away is waited for.

    Raises LogRefused where a topic is missing, Kafka will not take a message, or the projections are of another log.
    """
    topics = {
        DESK.name: cluster.events,
        ACCESS.name: cluster.events,
        SIGNAL.name: cluster.signals,
        OFFER.name: cluster.offers,
        DEAD_LETTER.name: cluster.dead_letters,
        VERDICT.name: cluster.dead_letters,
    }
    figures, health = RelayFigures(Counter(dict.fromkeys(topics, 0))), Health("relay", DATABASE, LOG)
    relay = _Relay(cluster, topics, stop, report, figures, health)
    with served(settings.metrics, relay_registry(figures), health), health.working():
        opened_until_stopped(settings, stop, report, health, relay.run)


@dataclass
class _Relay:
    """Publishes the outboxes of an installation; ``topics`` says where each goes."""

    cluster: Cluster
    topics: Mapping[str, str]
    stop: Event
    report: Report
    figures: RelayFigures
    health: Health
    told: Counter[str] = field(default_factory=Counter)
    told_at: float = -STATUS_SECONDS

    def run(self, installation: Installation) -> None:
        """Publish until told to stop, once nobody else does."""
        try:
            with installation.connect(f"regulars relay, process {os.getpid()}") as connection:
                make_outboxes(connection)
                with closing(Publisher(self.cluster, list(dict.fromkeys(self.topics.values())))) as publisher:
                    self.health.answered(LOG)
                    refuse_another_log(connection, *publisher.identity(self.cluster.events))
                    if self._leads(connection, publisher):
                        self._follow(connection, publisher)
        except PASSING:
            self.figures.interruptions += 1
            raise
        finally:
            self.figures.leading = False

    def _leads(self, connection: Connection, publisher: Publisher) -> bool:
        """Wait until nobody else publishes; return False where we were told to stop meanwhile."""
        told = False
        while not leads(connection):
            self._answered(publisher)
            if not told:
                told = True
                self.report.tell("waiting", "Another relay publishes; this one waits for it to end.")
            if self.stop.wait(IDLE_SECONDS):
                return False
        self.figures.leading = True
        sentence = "This process publishes what the desk decides, who looked, signals, offers and dead letters."
        self.report.tell("relaying", sentence, process=os.getpid())
        return True

    def _follow(self, connection: Connection, publisher: Publisher) -> None:
        readers = [OutboxReader(connection, outbox) for outbox in OUTBOXES]
        pruner, counted = Pruner(connection, PUBLISHED), -BACKLOG_SECONDS
        news.listen(connection)
        while not self.stop.is_set():
            found = self._publish_next(readers, publisher)
            self._answered(publisher)
            if time.monotonic() - counted > BACKLOG_SECONDS:
                counted = time.monotonic()
                self.figures.backlog = {reader.outbox.name: reader.backlog() for reader in readers}
            if not pruner.step() and not found:
                news.wait(connection, SOON_SECONDS if any(reader.waits for reader in readers) else IDLE_SECONDS)
            self._tell()
        self._tell(last=True)

    def _publish_next(self, readers: Sequence[OutboxReader], publisher: Publisher) -> bool:
        """Publish what is next of each, the most urgent between any two of the others; return whether there was any."""
        urgent, *others = readers
        found = self._publish(urgent, publisher)
        for other in others:
            if self._publish(other, publisher):
                found = True
                self._publish(urgent, publisher)
        return found

    def _publish(self, reader: OutboxReader, publisher: Publisher) -> bool:
        found = reader.next()
        if found is None:
            return False
        publisher.publish(self.topics[reader.outbox.name], found.messages)
        self.health.answered(LOG)
        reader.published(found)
        self.figures.published[reader.outbox.name] += len(found.messages)
        return True

    def _answered(self, publisher: Publisher) -> None:
        """Note that the database answered just now; ask Kafka too, where there was nothing to publish for a while."""
        self.health.answered(DATABASE)
        if self.health.silent_seconds(LOG) > ASK_SECONDS:
            publisher.ask()
            self.health.answered(LOG)

    def _tell(self, *, last: bool = False) -> None:
        """Say what was published since the last time, every STATUS_SECONDS at most."""
        new = {name: count - self.told[name] for name, count in self.figures.published.items()}
        if any(new.values()) and (last or time.monotonic() - self.told_at > STATUS_SECONDS):
            self.told, self.told_at = self.figures.published.copy(), time.monotonic()
            letters = new[DEAD_LETTER.name] + new[VERDICT.name]
            counts = (
                plural(new[DESK.name], "event of the desk", "events of the desk"),
                plural(new[ACCESS.name], "access event"),
                plural(new[SIGNAL.name], "signal"),
                plural(new[OFFER.name], "offer"),
                plural(letters, "dead letter"),
            )
            facts = {"signals": new[SIGNAL.name], "dead_letters": letters}
            facts |= {"desk_events": new[DESK.name], "access_events": new[ACCESS.name], "offers": new[OFFER.name]}
            told = [count for count in counts if not count.startswith("0 ")]
            self.report.tell("published", f"Published {', '.join(told)}.", **facts)
