"""The reactions as a process that stays: what ``regulars reactions run`` is."""

from threading import Event

from services.cli.reporting import Report
from services.installation import Installation
from services.process.health import Health
from services.process.metrics_server import served
from services.process.retrying import DATABASE, LOG, PASSING, opened_until_stopped
from services.reactions.figures import ReactionFigures, reactions_registry
from services.reactions.following import follow_signals
from services.reactions.keeping import OURS, Repertoire, Watched
from services.settings import Settings


def react_until_stopped(settings: Settings, stop: Event, report: Report, repertoire: Repertoire = OURS) -> None:
    """React until ``stop`` is set; what is away is waited for. Raises NoTopic where Kafka has no topic of signals."""
    needed = (DATABASE, LOG) if settings.kafka else (DATABASE,)
    watched = Watched(ReactionFigures(), Health("reactions", *needed))

    def run(installation: Installation) -> None:
        try:
            _run(installation, stop, report, watched, repertoire)
        except PASSING:
            watched.figures.interruptions += 1
            raise

    with (
        served(settings.metrics, reactions_registry(watched.figures), watched.health),
        watched.health.working(),
    ):
        opened_until_stopped(settings, stop, report, watched.health, run)


def _run(installation: Installation, stop: Event, report: Report, watched: Watched, repertoire: Repertoire) -> None:
    if installation.kafka is None:
        follow_signals(installation, stop, report, watched, repertoire)
        return
    from services.reactions.over_kafka import hear_topic  # noqa: PLC0415 - only Kafka needs Faust

    hear_topic(installation, stop, report, watched, repertoire)
