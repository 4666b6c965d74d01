"""``regulars api``: takes events in over HTTP."""

import gc
from typing import Annotated

from typer import Option

from services.api.serving import serve_until_stopped
from services.cli.following import stop_on_signals
from services.cli.reporting import Lines, reported
from services.cli.warnings_told import tell_warnings
from services.settings import Settings

AsLines = Annotated[bool, Option("--json", help="Print one JSON document a line, as it does anyway off a terminal.")]


def api(as_lines: AsLines = False) -> None:
    """Take events in over HTTP until told to stop: Segment's protocol, CloudEvents and webhooks.

    A request is answered with 200 when the log holds its events. Who may send is said by 'regulars sources'. SIGTERM
    and Ctrl-C answer what has begun, and end. While the database or Kafka is away it answers 503. REGULARS_API says
    where it listens, REGULARS_METRICS where its metrics and its health are. Any number may run side by side.
    """
    tell_warnings()
    gc.freeze()  # what was imported stays: looking through it again and again takes 6 % of the time under load
    with stop_on_signals() as stop, reported(Lines(), as_lines=as_lines) as report:
        serve_until_stopped(Settings.from_environment(), stop, report)
        report.tell("stopped", "Stopped; what was acknowledged is on the log.")
