"""Secrets that a command is given: in a file, piped in, or asked for. Others can read a command line, so on none."""

import sys
from pathlib import Path

from typer import prompt

from services.cli.failures import Failure
from services.cli.source_options import text_of


def given(path: Path | None, *, ask: bool = False, what: str = "secret") -> str:
    """Return what the file says, what is piped in where it is ``-``, or what is asked for; empty if none was given."""
    if path is None and not ask:
        return ""
    if path is None:
        text = str(prompt(f"Its {what}", hide_input=True, err=True))
    else:
        text = sys.stdin.read() if str(path) == "-" else text_of(path)
    if not text.strip():
        message = f"The {what} is empty."
        raise Failure(message)
    return text.strip()
