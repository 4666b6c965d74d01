"""What ``regulars up`` does beside projecting: one line a loop. Over Kafka each is a process of its own.

They are imported when they begin, while the projector does: a process that stays may be asked to begin within seconds.
"""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from threading import Event

from services.cli.reporting import Report
from services.house.clock import clock_of
from services.installation import Installation
from services.process.health import Health
from services.process.loops import Loop
from services.process.retrying import DATABASE
from services.settings import Settings

ADDRESSEES = "SELECT EXISTS (SELECT FROM outgoing.endpoint) OR EXISTS (SELECT FROM outgoing.channel)"
LOOK_SECONDS = 1.0


def _relay(installation: Installation, stop: Event, report: Report) -> None:
    from services.relay.journaling import relay_journal  # noqa: PLC0415 - see above

    relay_journal(installation, stop, report)


def _react(installation: Installation, stop: Event, report: Report) -> None:
    from services.reactions._engine.figures import ReactionFigures  # noqa: PLC0415 - see above
    from services.reactions._engine.following import follow_signals  # noqa: PLC0415 - see above
    from services.reactions._engine.keeping import Repertoire, Watched  # noqa: PLC0415 - see above

    watched = Watched(ReactionFigures(), Health("reactions", DATABASE))
    follow_signals(installation, stop, report, watched, Repertoire(clock=_clock(installation)))


def _send(installation: Installation, stop: Event, report: Report) -> None:
    """Send, from when there is somebody to be told: until then nothing of it need be imported."""
    with closing(installation.connect("regulars sender")) as connection:
        while connection.execute(ADDRESSEES).fetchone() != (True,):
            if stop.wait(LOOK_SECONDS):
                return
    from services.outgoing.figures import OutgoingFigures  # noqa: PLC0415 - see above
    from services.outgoing.running import sending  # noqa: PLC0415 - see above

    sending(_clock(installation), OutgoingFigures()).run(installation, stop, report)


def _list(installation: Installation, stop: Event, report: Report) -> None:
    from services.directory.following import follow_until_stopped  # noqa: PLC0415 - see above

    follow_until_stopped(installation, stop, report)


def _refresh(installation: Installation, stop: Event, report: Report) -> None:
    from services.house.nightly import refresh_nightly  # noqa: PLC0415 - see above

    refresh_nightly(installation, stop, report)


def _serve(installation: Installation, stop: Event, report: Report) -> None:
    from services.api.serving import serve_beside  # noqa: PLC0415 - see above
    from services.cli.warnings_told import tell_warnings  # noqa: PLC0415 - see above

    tell_warnings()
    serve_beside(installation, Settings.from_environment(), stop, report)


def _clock(installation: Installation) -> Callable[[], datetime]:
    """Return the house's clock."""
    with closing(installation.connect("regulars clock")) as connection:
        return clock_of(connection).now


AT_ONCE = (Loop("the relay of the desk", _relay),)
"""What need not wait until the projections are built."""

ONCE_BUILT = (
    Loop("the reactions", _react),
    Loop("the sender", _send),
    Loop("the directory", _list),
    Loop("the night's work", _refresh),
    Loop("the front door and the pages", _serve),
)
"""What looks at the projections."""
