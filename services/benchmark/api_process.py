"""``regulars api`` as a process of its own on a core of its own, and what it takes there of time and memory."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from events.log.cluster import Cluster
from services.dev.ports import HOST, free_port
from services.settings import InstallationError
from services.variables import API, KAFKA, POSTGRES, SASL, SECURITY_PROTOCOL, SETTINGS, SSL, TOPIC_PREFIX

RUN = "from services.cli import main; main()"
START_SECONDS = 30.0
STOP_SECONDS = 30.0
LOOK_SECONDS = 0.02
KILOBYTE = 1024
SECURITY = (SECURITY_PROTOCOL, *SASL, *SSL)
"""What the api has from our environment where the Kafka is a secured one: then it is the installation's own."""


class ApiProcess:
    """A running ``regulars api``. Its time and its memory are what Linux says of it in /proc."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        """Stand for this process."""
        self.process = process
        self.port = port
        self._proc = Path(f"/proc/{process.pid}")

    def cpu_seconds(self) -> float:
        """Return how long its threads have computed, in the system included."""
        fields = (self._proc / "stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mb(self) -> float:
        """Return how much memory it holds."""
        lines = (self._proc / "status").read_text(encoding="ascii", errors="replace").splitlines()
        (resident,) = (line for line in lines if line.startswith("VmRSS:"))
        return round(int(resident.split()[1]) / KILOBYTE, 1)


@contextmanager
def api_process(dsn: str, cluster: Cluster | None, cores: frozenset[int]) -> Iterator[ApiProcess]:
    """Yield a running api over a database and a Kafka, or its journal, on these cores; it is stopped in the end.

    Raises InstallationError where it does not start.
    """
    port = free_port()
    inherited = () if cluster is None or cluster.security_protocol is None else SECURITY
    others = {setting.name: "" for setting in SETTINGS if setting not in inherited}
    own = {POSTGRES.name: dsn, API.name: f"{HOST}:{port}"}
    if cluster is not None:
        own |= {KAFKA.name: cluster.servers, TOPIC_PREFIX.name: cluster.prefix}
    with TemporaryDirectory(prefix="regulars-bench-") as folder:
        said = Path(folder) / "api.log"
        with said.open("wb") as file, only_on(cores):
            process = subprocess.Popen(  # noqa: S603 - our own words
                [sys.executable, "-c", RUN, "api", "--json"],
                env={**os.environ, **others, **own},
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait_until_it_serves(process, said)
            yield ApiProcess(process, port)
            process.send_signal(signal.SIGTERM)
            if process.wait(STOP_SECONDS):
                message = f"The api ended with {process.returncode}: {_last_words(said)}"
                raise InstallationError(message)
        finally:
            process.kill()
            process.wait()


@contextmanager
def only_on(cores: frozenset[int]) -> Iterator[None]:
    """Have this thread, and the processes and threads that it starts meanwhile, run on these cores and no others."""
    if not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _wait_until_it_serves(process: "subprocess.Popen[bytes]", said: Path) -> None:
    give_up = time.monotonic() + START_SECONDS
    while b'"serving"' not in said.read_bytes():
        if process.poll() is not None or time.monotonic() > give_up:
            message = f"The api did not start: {_last_words(said)}"
            raise InstallationError(message)
        time.sleep(LOOK_SECONDS)


def _last_words(said: Path) -> str:
    return (said.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["it said nothing"])[-1]
