"""A process of this machine in a container's place, with the environment and the health check that the file gives."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.infra.composed import Service, seconds
from tests.infra.places import Places

PROGRAMMES = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
LOOK_SECONDS = 0.2


class Container:
    """A process in a container's place."""

    def __init__(self, service: Service, replica: int, places: Places, folder: Path) -> None:
        """Prepare it; it gets an empty folder to run in, and a file for what it says."""
        self.service = service
        self.environment = {"PATH": PROGRAMMES, **places.environment(service, replica)}
        self.folder = folder / f"{service.name}-{replica}"
        self.folder.mkdir()
        self.log = self.folder.with_suffix(".log")
        self._places, self._replica = places, replica
        self._process: subprocess.Popen[bytes] | None = None

    def words(self, words: Sequence[str]) -> list[str]:
        """Return the words of a command as they are here."""
        return [self._places.text(word, self.service, self._replica) for word in words]

    def start(self, words: Sequence[str]) -> None:
        """Start it with these words."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                words, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def check(self) -> subprocess.CompletedProcess[str]:
        """Run its health check once."""
        kind, *words = self.service.settings["healthcheck"]["test"]
        words = self.words(words) if kind == "CMD" else ["/bin/sh", "-c", *self.words(words)]
        return subprocess.run(words, env=self.environment, capture_output=True, check=False, text=True)

    def await_ready(self) -> None:
        """Wait until it is healthy, or has ended well where it is to end."""
        give_up = time.monotonic() + seconds(self.service.settings.get("healthcheck", {}).get("start_period", "60s"))
        while not self._ready():
            assert time.monotonic() < give_up, f"{self.service.name} is not ready: {self.said()}"
            time.sleep(LOOK_SECONDS)

    def _ready(self) -> bool:
        ended = None if self._process is None else self._process.poll()
        if self.service.stays:
            assert ended is None, f"{self.service.name} ended with {ended}: {self.said()}"
            return self.check().returncode == 0
        assert ended in {None, 0}, f"{self.service.name} ended with {ended}: {self.said()}"
        return ended == 0

    def stop(self) -> int | None:
        """Ask it to end as the engine would, and return its exit code; None where it took too long and was killed."""
        if self._process is None:
            return None
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(seconds(self.service.settings.get("stop_grace_period", "10s")))
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def kill(self) -> None:
        """End it at once, and wait until it has ended."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def said(self) -> str:
        """Return the end of what it said."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-4000:]

    def metrics(self) -> dict[str, dict[tuple[str, ...], float]]:
        """Return what it shows to Prometheus: value by the values of the labels, by name."""
        host, _, port = self.environment["REGULARS_METRICS"].rpartition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        found: dict[str, dict[tuple[str, ...], float]] = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
        return found
