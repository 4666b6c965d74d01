"""The reactions as a process that stays: what ``regulars reactions run`` is."""

from threading import Event

from projections import PROJECTIONS
from projections._engine.projector import stored
from projections._engine.registry import live_tables
from services.cli.reporting import Report
from services.installation import Installation
from services.outgoing.figures import OutgoingFigures
from services.outgoing.running import sending
from services.process.health import Health
from services.process.loops import beside
from services.process.metrics_server import served
from services.process.retrying import DATABASE, LOG, PASSING, opened_until_stopped
from services.reactions._engine.figures import ReactionFigures, reactions_registry
from services.reactions._engine.following import follow_signals
from services.reactions._engine.keeping import OURS, Repertoire, Watched
from services.settings import Settings

LOOKED_AT = stored(PROJECTIONS)
LOOK_SECONDS = 0.25


def react_until_stopped(settings: Settings, stop: Event, report: Report, repertoire: Repertoire = OURS) -> None:
    """React until ``stop`` is set, and send what that leads to; what is away is waited for.

    Raises NoTopic where Kafka has no topic of signals.
    """
    needed = (DATABASE, LOG) if settings.kafka else (DATABASE,)
    watched, sent = Watched(ReactionFigures(), Health("reactions", *needed)), OutgoingFigures()

    def run(installation: Installation) -> None:
        try:
            with beside([sending(repertoire.clock, sent)], installation, stop, report):
                _run(installation, stop, report, watched, repertoire)
        except PASSING:
            watched.figures.interruptions += 1
            raise

    with (
        served(
            settings.metrics,
            reactions_registry(watched.figures, sent),
            watched.health,
        ),
        watched.health.working(),
    ):
        opened_until_stopped(settings, stop, report, watched.health, run)


def _built(installation: Installation, stop: Event, report: Report, watched: Watched) -> bool:
    """Wait until the projections are there, which reactions look at; return False where we were told to stop first."""
    told = False
    with installation.connect("regulars reactions, begins") as connection:
        while len(live_tables(connection, LOOKED_AT)) < len(LOOKED_AT):
            watched.health.answered(DATABASE)
            if not told:
                told = True
                report.tell("waiting", "The projections are not built yet; this process waits for whoever builds them.")
            if stop.wait(LOOK_SECONDS):
                return False
    return True


def _run(installation: Installation, stop: Event, report: Report, watched: Watched, repertoire: Repertoire) -> None:
    if not _built(installation, stop, report, watched):
        return
    if installation.kafka is None:
        follow_signals(installation, stop, report, watched, repertoire)
        return
    from services.reactions._engine.over_kafka import hear_topic  # noqa: PLC0415 - only Kafka needs Faust

    hear_topic(installation, stop, report, watched, repertoire)
