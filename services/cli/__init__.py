"""The ``regulars`` command: one small file for each command, imported when that command runs and not before."""

import signal
import sys
from collections.abc import Sequence

from services.cli.commands import application
from services.cli.failures import expected, failure_of


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; what a person can put right is said in one sentence, what nobody foresaw crashes loudly.

    It always ends with SystemExit, whose code is one of ``services.cli.exit_codes``.
    """
    # A polite end is like Ctrl-C: what is open is closed, and an embedded server that nobody else uses is stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        application(given)(args=given, prog_name="regulars")
    except SystemExit:
        raise  # the usual end, for which the list of errors below need not be imported
    except expected() as error:
        failure = failure_of(error)
        print(f"regulars: {failure}", file=sys.stderr)  # noqa: T201 - the one place that speaks of errors
        sys.exit(failure.exit_code)
