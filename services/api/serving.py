"""The api as a process: what ``regulars api`` is.

The event loop takes requests in; a thread each makes events and refused messages durable; one more reads the registry
and writes the counts down.
"""

import socket
from contextlib import closing
from datetime import UTC, datetime
from threading import Event

from services.access.links import first_admin
from services.api.application import application
from services.api.deciders import Deciders
from services.api.readers import Readers
from services.cli.reporting import Report
from services.desk.desk import Desk
from services.ingest.figures import IngestFigures, ingest_registry
from services.ingest.http.measuring import Measured
from services.ingest.http.server import listen, serve
from services.ingest.inside import Inside
from services.installation import Installation
from services.process.health import Health
from services.process.metrics_server import served
from services.process.retrying import DATABASE, LOG, opened_until_stopped
from services.settings import InstallationError, Settings
from services.variables import API


def serve_until_stopped(settings: Settings, stop: Event, report: Report) -> None:
    """Take events in over HTTP until ``stop`` is set; then answer what has begun.

    While the database or the log is away it answers 503, and goes on by itself. Raises InstallationError where it
    cannot listen, and what stays wrong, such as a log that the projections are not of.
    """
    figures, health = IngestFigures(), Health("api", DATABASE, LOG)
    with served(settings.metrics, ingest_registry(figures), health):
        opened_until_stopped(
            settings, stop, report, health, lambda opened: _serve(opened, settings, stop, report, figures, health)
        )


def _serve(  # noqa: PLR0913, PLR0917 - all that a process of ours has
    installation: Installation,
    settings: Settings,
    stop: Event,
    report: Report,
    figures: IngestFigures,
    health: Health,
) -> None:
    try:
        listener = _listener(settings)
    except OSError as error:
        raise InstallationError(_taken(settings, error)) from error
    _answer(installation, settings, stop, report, figures, health, listener)


def serve_beside(installation: Installation, settings: Settings, stop: Event, report: Report) -> None:
    """Serve in a process that does something else, too. Where somebody else listens already, it says so and returns."""
    try:
        listener = _listener(settings)
    except OSError as error:
        report.tell("not serving", f"{_taken(settings, error)} This process goes on without.")
        return
    with closing(installation.connect("regulars users")) as connection:
        token = first_admin(connection, datetime.now(UTC))
    if token is not None:
        at = _address(settings, listener)
        sentence = f"Nobody can sign in yet: {at}/welcome/{token} makes you the first admin, once, within a day."
        report.tell("first admin", sentence, address=f"{at}/welcome/{token}")
    _answer(installation, settings, stop, report, IngestFigures(), Health("api", DATABASE, LOG), listener)


def _address(settings: Settings, listener: socket.socket) -> str:
    return f"http://{settings.api[0]}:{listener.getsockname()[1]}"


def _listener(settings: Settings) -> socket.socket:
    return listen(*settings.api)


def _taken(settings: Settings, error: OSError) -> str:
    host, port = settings.api
    return f"{API.name} is {host}:{port}, and nothing can be served there: {error.strerror or error}."


def _answer(  # noqa: PLR0913, PLR0917 - as above
    installation: Installation,
    settings: Settings,
    stop: Event,
    report: Report,
    figures: IngestFigures,
    health: Health,
    listener: socket.socket,
) -> None:
    """Answer requests until told to stop."""
    at = _address(settings, listener)
    with (
        Inside(installation, health) as inside,
        closing(Readers(installation, settings.link_keys)) as readers,
        closing(Deciders(Desk(installation.dsn))) as deciders,
    ):
        figures.messages = inside.acceptor.counts.outcomes
        figures.away = lambda: inside.away

        app = application(inside.front, readers, deciders, settings.provider)
        app.state.grafana = settings.grafana
        figures.viewers = lambda: {
            "moved": app.state.moved.stream.listeners,
            "events": app.state.live.stream.listeners,
        }

        def stops() -> bool:
            ends = stop.is_set() or inside.failure() is not None
            if ends:
                for streams in (app.state.moved, app.state.live):
                    streams.stream.stop()  # or whoever follows would keep the server for as long as they like
            return ends

        def started() -> None:
            report.tell("serving", f"Events are taken in at {at}/v1/batch and {at}/v1/events.", address=at)
            report.tell("pages", f"The pages are at {at}/", address=at)

        with health.working():
            serve(Measured(app, figures), listener, stops, started)
        if (failure := inside.failure()) is not None:
            raise failure
