"""A connector as a process: what ``regulars connect`` is.

One process follows a source at a time; another one of the same connector waits for it to end. What is away, the source,
the database or Kafka, is waited for, unless it is to be done once: then that ends it. A source that is not the one that
was followed ends it in any case.
"""

import os
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import NamedTuple

from events.log import EventLog
from services.cli.reporting import STATUS_SECONDS, Report
from services.cli.session import log_to_append
from services.cli.terminal import plural, say
from services.connecting.declaration import Connector
from services.connecting.directory import DirectoryFollower, Hearing, Stopped
from services.connecting.errors import SourceAway
from services.connecting.figures import ConnectorFigures, connector_registry
from services.connecting.following import Follower, RecordsFollower
from services.connecting.kept_translation import keep
from services.connecting.loading import mapping_of, translation_text, translator_of
from services.connecting.positions import Positions
from services.connecting.sources import reader_of
from services.connecting.taking import Counts, Into, Taker
from services.ingest.plans import plan_of
from services.ingest.registry import source_named
from services.ingest.source import Source
from services.ingest.tracking_plan import Plan
from services.ingest.verdict import Outcome
from services.installation import Connection, Installation, open_installation
from services.process.health import Health
from services.process.metrics_server import served
from services.process.retrying import DATABASE, LOG, PASSING, RETRY_SECONDS, opened_until_stopped
from services.settings import Settings

IDLE_SECONDS = 0.25
ASK_SECONDS = 5.0
SOURCE = "source"


def connect_until_stopped(
    settings: Settings, connector: Connector, stop: Event, report: Report, *, once: bool = False
) -> Counts:
    """Follow a connector's source until ``stop`` is set, or ``once``, until all that there is was taken.

    Returns what became of it. Raises BadConnector, BadTranslation, ImportRefused or SourceChanged for what stays wrong,
    and with ``once`` also what is away.
    """
    figures, health = ConnectorFigures(connector.name), Health("connector", DATABASE, LOG, SOURCE)
    connecting = _Connecting(settings, connector, stop, report, figures, health, once=once)
    with served(settings.metrics, connector_registry(figures), health), health.working():
        if once:
            with open_installation(settings, say) as installation:
                connecting.run(installation)
        else:
            opened_until_stopped(settings, stop, report, health, connecting.run)
    return figures.counts


class _Work(NamedTuple):
    """What a connector works with while it leads: our database, the positions in it, and the log."""

    connection: Connection
    positions: Positions
    log: EventLog

    def ask(self, health: Health) -> None:
        """See that both are there."""
        self.positions.ask()
        health.answered(DATABASE)
        self.log.ends()
        health.answered(LOG)


@dataclass
class _Connecting:
    """Follows one connector in an installation."""

    settings: Settings
    connector: Connector
    stop: Event
    report: Report
    figures: ConnectorFigures
    health: Health
    once: bool = field(kw_only=True)
    told: Counter[str] = field(default_factory=Counter)
    told_at: float = -STATUS_SECONDS
    away: str = ""

    def run(self, installation: Installation) -> None:
        """Follow until told to stop, once no other process does."""
        try:
            with installation.connect(f"regulars connect {self.connector.name}, process {os.getpid()}") as connection:
                work = _Work(connection, Positions(connection, self.connector.name), log_to_append(installation))
                if self._leads(work.positions):
                    self._follow_again(work)
        except PASSING:
            self.figures.interruptions += 1
            raise
        finally:
            self.figures.leading = False

    def _leads(self, positions: Positions) -> bool:
        """Wait until no other process follows; return False where we were told to stop meanwhile."""
        told = False
        while not positions.lead():
            self.health.answered(DATABASE)
            if not told:
                told = True
                sentence = f"Another process follows {self.connector.name}; this one waits for it to end."
                self.report.tell("waiting", sentence)
            if self.stop.wait(IDLE_SECONDS):
                return False
        self.figures.leading = True
        return True

    def _follow_again(self, work: _Work) -> None:
        """Follow, and begin again where the source was away."""
        while not self.stop.is_set():
            try:
                self._follow(work)
            except SourceAway as error:
                self.figures.interruptions += 1
                self.health.failed(SOURCE, error)
                if self.once:
                    raise
                if str(error) != self.away:
                    self.away = str(error)
                    self.report.tell("away", f"Trying again: {error}")
                work.ask(self.health)
                self.stop.wait(RETRY_SECONDS)
            except Stopped:
                return
            else:
                return

    def _follow(self, work: _Work) -> None:
        with closing(self._follower(work)) as follower:
            self.report.tell("following", f"This process follows {self.connector.name}.", process=os.getpid())
            self.away, asked_at, caught_up = "", -ASK_SECONDS, False
            while not self.stop.is_set():
                is_busy = follower.step()
                self.health.answered(SOURCE)
                if time.monotonic() - asked_at > ASK_SECONDS:
                    work.ask(self.health)
                    asked_at = time.monotonic()
                if is_busy or follower.is_waiting:
                    self._tell()
                elif not caught_up:
                    caught_up = True
                    self._tell(last=True)
                    self.report.tell("caught up", f"All that {self.connector.name} holds now was taken.")
                if not is_busy:
                    if self.once and caught_up:
                        return
                    self.stop.wait(follower.idle_seconds)
            self._tell(last=True)

    def _follower(self, work: _Work) -> Follower:
        connector, counts, positions = self.connector, self.figures.counts, work.positions
        if connector.directory is not None:
            hearing = Hearing(self.report.tell, self.stop.is_set)
            return DirectoryFollower(connector, mapping_of(connector), work.log, positions, counts, hearing)
        source = Source(connector.source or "", connector.store, translation_text(connector))
        translator = translator_of(connector)
        reader = reader_of(connector, self.settings, positions.held())
        keep(positions, source)
        for note in reader.notes:
            self.report.tell("note", f"{connector.name}: {note}")
        into = Into(work.log, work.connection, partial(_plan, work.connection, source.name))
        return RecordsFollower(reader, Taker(connector.name, source.name, translator, into, counts), positions)

    def _tell(self, *, last: bool = False) -> None:
        """Say what was taken since the last time, every STATUS_SECONDS at most; of files each is told by itself."""
        counts = self.figures.counts
        now: Counter[str] = Counter({"read": counts.read, "new events": counts.events})
        now.update({verdict.value: count for verdict, count in counts.verdicts.items()})
        now.update(counts.skipped)
        new = now - self.told
        if self.connector.directory is not None or new["read"] + sum(new[kind] for kind in counts.skipped) == 0:
            return
        if last or time.monotonic() - self.told_at > STATUS_SECONDS:
            self.told, self.told_at = now, time.monotonic()
            self.report.tell("took", _sentence(counts, new), **{name.replace(" ", "_"): new[name] for name in now})


def _sentence(counts: Counts, new: Counter[str]) -> str:
    said = f"Took {plural(new['read'], 'record')}, which came to {plural(new['new events'], 'new event')}"
    known = {Outcome.DUPLICATE: "known", Outcome.IGNORED: "nothing to us"}
    said += "".join(f", {new[outcome]:,} {word}" for outcome, word in known.items() if new[outcome])
    said += "".join(f", {plural(new[kind], kind)} passed over" for kind in counts.skipped if new[kind])
    refused = new[Outcome.REJECTED] + new[Outcome.CONFLICT]
    return f"{said}, {refused:,} refused: see 'regulars deadletters list'." if refused else f"{said}."


def _plan(connection: Connection, source: str) -> Plan | None:
    registered = source_named(connection, source)
    return None if registered is None else plan_of(registered)
