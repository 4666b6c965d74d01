"""A process of a fault run: started, told to stop, killed, stopped in its tracks and let go on."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

from tests.faults.orders import Order
from tests.tidy.sources import ROOT

END_SECONDS = 60.0
LOOK_SECONDS = 0.01
LAST_LINES = 6


class Child:
    """A process that runs one of our modules with an order. Use it as a context manager: it is killed in the end.

    ``heard`` tells whether we know how it ended.
    """

    def __init__(self, module: ModuleType, order: Order, errors: Path) -> None:
        """Start it; what it says of errors goes to a file."""
        self.heard = self._begun = self._told = False
        self._errors = errors
        with errors.open("w", encoding="utf-8") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module.__name__, order.word()],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
            )

    def __enter__(self) -> Self:
        """Return the process."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End it if it has not ended."""
        self.kill()

    def wait_begun(self) -> None:
        """Wait until it says that it has begun."""
        if self._begun:
            return
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert said == "begun\n", f"{said}{self.last_words()}"
        self._begun = True

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def leave_soon(self) -> None:
        """Tell it to stop, and do not wait until it has; see ``stop``."""
        if not self._told and self.runs:
            self.wait_begun()
            self._process.send_signal(signal.SIGTERM)
            self._told = True  # a second signal would kill it while it ends

    def stop(self) -> dict[str, Any]:
        """Tell it to stop, and return what it says in the end."""
        self.leave_soon()
        code, said = self.ended()
        assert code == 0, f"exit code {code}: {said} {self.last_words()}"
        return said

    def ended(self, seconds: float = END_SECONDS) -> tuple[int, dict[str, Any]]:
        """Wait until it has ended, and return its exit code and what it said in the end."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            message = f"it has not ended after {seconds:.0f} s: {self.last_words()}"
            raise AssertionError(message) from None
        output, _ = self._process.communicate()  # which would end it, had it not ended
        self.heard = True
        lines = [line for line in output.splitlines() if line.startswith("{")]
        return self._process.returncode, json.loads(lines[-1]) if lines else {}

    def kill(self) -> None:
        """Kill it, wherever it is, if it has not ended."""
        if not self.heard:
            self._process.kill()
            self._process.communicate()
            self.heard = True

    def freeze(self) -> None:
        """Stop it in its tracks."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)

    def wait_frozen(self, seconds: float = END_SECONDS) -> None:
        """Wait until it is stopped in its tracks."""
        give_up = time.monotonic() + seconds
        while os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is None:
            assert time.monotonic() < give_up, f"it goes on: {self.last_words()}"
            time.sleep(LOOK_SECONDS)

    def errors(self) -> str:
        """Return what it has said of errors so far."""
        return self._errors.read_text(encoding="utf-8", errors="replace")

    def last_words(self) -> str:
        """Return the end of that."""
        return "\n".join(self.errors().splitlines()[-LAST_LINES:])
