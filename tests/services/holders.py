"""Processes that hold an installation open, as tests start and end them."""

import subprocess
import sys
from pathlib import Path

from tests.tidy.sources import ROOT


class Holder:
    """One such process; see ``tests.services.holder``."""

    def __init__(self, home: Path) -> None:
        """Start it; it opens the installation of ``home`` in its own time."""
        command = [sys.executable, "-m", "tests.services.holder", str(home)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def wait_until_open(self) -> "Holder":
        """Return when the installation is open."""
        assert self._read() == "open"
        return self

    def store(self) -> int:
        """Store a row and return its number, once it is committed."""
        assert self.process.stdin is not None
        print("a row", file=self.process.stdin, flush=True)
        return int(self._read().removeprefix("stored "))

    def leave(self) -> None:
        """Let it close the installation and end."""
        _, said = self.process.communicate()
        assert (self.process.returncode, said) == (0, "")

    def kill(self) -> None:
        """End it as a power cut would; doing it again is harmless."""
        self.process.kill()
        self.process.communicate()

    def _read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()
