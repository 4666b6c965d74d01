"""A real Apache Kafka broker on this machine: one process, broker and controller at once, with a folder of its own.

It runs in a process group of its own, so that Ctrl-C reaches us and not it. It does not outlive us: a shell beside it
waits at a pipe whose other end is ours, and kills it when that end closes, also by a kill -9.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

from services.dev.artefacts import KAFKA_VERSION, Progress, kafka_jars
from services.dev.broker_folder import CONFIGURATION, BrokerFolder, reason
from services.dev.ports import HOST, free_port, is_free, serves
from services.settings import InstallationError

HEAP_MB = 512
START_SECONDS = 120.0
STOP_SECONDS = 30.0
LOOK_SECONDS = 0.05

# The shell becomes the broker; its other half kills it if the pipe closes before a line came through.
TIED = 'exec 3<&0; { read -r told <&3 || kill -KILL $$; } & exec "$@" 3<&- </dev/null'


class Broker:
    """A broker that this process starts, stops and may kill. It is not for several threads at once."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        heap_mb: int = HEAP_MB,
        properties: Mapping[str, str] | None = None,
        progress: Progress = lambda _: None,
    ) -> None:
        """Name a folder, which may hold an earlier broker's data; nothing is made or started yet.

        Without a ``port`` a free one is chosen, and kept over restarts. ``properties`` go over Kafka's and ours; they
        may be changed for the next start. ``progress`` hears when something takes long.
        """
        self.properties = dict(properties or {})
        self._folder = BrokerFolder(folder.absolute())
        self._port, self._controller_port = port or free_port(), free_port()
        self._heap_mb = heap_mb
        self._progress = progress
        self._child: subprocess.Popen[bytes] | None = None
        self._log_bytes = 0

    @property
    def address(self) -> str:
        """Where clients find it, as host:port."""
        return f"{HOST}:{self._port}"

    @property
    def process(self) -> int | None:
        """The number of its process; None while it does not run."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()

    def start(self) -> None:
        """Start it and return once it serves clients; one that runs is left as it is.

        That takes 2 to 3 seconds, and 5 after a kill. Raises InstallationError with the reason where it cannot run.
        """
        if self.process is not None:
            return
        self._end(signal.SIGKILL)  # puts away what is left of one that died by itself
        java, jars = _java(), kafka_jars(self._progress)
        # No flag makes the start quicker that is worth it: compiling less saves 0.3 seconds of 2, and throughput.
        command = [java, f"-Xmx{self._heap_mb}m", "-XX:+ExitOnOutOfMemoryError", "-cp", f"{jars}/*"]
        command.append("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
        if not is_free(self._port):
            message = f"Kafka cannot start on {self.address}: something else listens there."
            raise InstallationError(message)
        try:
            with self._folder.alone(), ExitStack() as undo:
                self._folder.prepare(command, self._addresses() | self.properties)
                undo.callback(self.kill)
                self._launch(command)
                self._wait_until_it_serves()
                undo.pop_all()
        except OSError as error:
            message = f"Kafka cannot run in {self._folder.folder}: {error.strerror} ({error.filename})."
            raise InstallationError(message) from error

    def stop(self, patience_seconds: float = STOP_SECONDS) -> None:
        """Let it end in order, with nothing to recover; one that loses our patience is killed."""
        self._end(signal.SIGTERM, patience_seconds)

    def kill(self) -> None:
        """End it as a crash does. What it acknowledged is safe unless the machine dies too: Kafka does not fsync."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop it in order and start it again, on the same ports and data."""
        self.stop()
        self.start()

    def last_words(self) -> str:
        """Return the end of what it said since its last start, on one line, or what that means."""
        said = self._folder.log.read_bytes()[self._log_bytes :]
        return f"{self._folder.log} ends with: {reason(said.decode(errors='replace'))}"

    def _addresses(self) -> dict[str, str]:
        controller = f"{HOST}:{self._controller_port}"
        return {
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            "controller.quorum.voters": f"1@{controller}",
        }

    def _launch(self, command: Sequence[str]) -> None:
        with self._folder.log.open("ab") as log:
            self._log_bytes = log.tell()
            self._child = subprocess.Popen(  # noqa: S603 - our own words, which the shell takes as they are
                ["/bin/sh", "-c", TIED, "sh", *command, "kafka.Kafka", CONFIGURATION],
                bufsize=0,
                cwd=self._folder.folder,
                process_group=0,
                stderr=subprocess.STDOUT,
                stdin=subprocess.PIPE,
                stdout=log,
            )

    def _wait_until_it_serves(self) -> None:
        began = time.monotonic()
        while not serves(self.address):
            if self.process is None:
                message = f"Kafka did not start; {self.last_words()}"
                raise InstallationError(message)
            if time.monotonic() - began > START_SECONDS:
                message = f"Kafka did not answer within {START_SECONDS:.0f} s; {self.last_words()}"
                raise InstallationError(message)
            time.sleep(LOOK_SECONDS)

    def _end(self, number: signal.Signals, patience_seconds: float = STOP_SECONDS) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.send_signal(number)
        try:
            child.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdin is not None:
            with child.stdin as tie, suppress(BrokenPipeError):
                tie.write(b"\n")  # the shell beside it has nobody left to kill


def _java() -> str:
    """Return the Java of JAVA_HOME, or the one on the PATH."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if found is None:
        where = f"in JAVA_HOME, {home}" if home else "on the PATH"
        message = f"Apache Kafka {KAFKA_VERSION} needs Java 17 or newer, and there is none {where}: install it."
        raise InstallationError(message)
    return found
