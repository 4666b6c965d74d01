"""A command as a process of its own, for what must be started, watched, signalled and killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.tidy.sources import ROOT

RUN = "from services.cli import main; main()"
NANOSECONDS = 1e9


class Staying:
    """A running command that prints one JSON document a line."""

    def __init__(self, *arguments: str, environment: Mapping[str, str]) -> None:
        """Start it with these variables over our own."""
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, *arguments],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def read(self) -> dict[str, Any]:
        """Return the next document that it prints."""
        document: dict[str, Any] = json.loads(self.read_line())
        return document

    def read_line(self) -> str:
        """Return the next line that it prints."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            message = f"it has ended: {self.process.stderr.read() if self.process.stderr else ''}"
            raise AssertionError(message)
        return line

    def wait_for(self, event: str) -> dict[str, Any]:
        """Return the next document that tells of an event."""
        while (document := self.read())["event"] != event:
            pass
        return document

    def queued_seconds(self) -> float:
        """Return for how long it could have gone on, but others had all the cores; 0 where the system does not say."""
        told = Path(f"/proc/{self.process.pid}/schedstat")
        return int(told.read_text(encoding="ascii").split()[1]) / NANOSECONDS if told.exists() else 0.0

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Send a signal, and return the exit code and what was printed since."""
        self.process.send_signal(number)
        out, err = self.process.communicate()
        return self.process.returncode, out, err

    def kill(self) -> None:
        """End it as a power cut would; doing it again is harmless."""
        self.process.kill()
        self.process.communicate()
