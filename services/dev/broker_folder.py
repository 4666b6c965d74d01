"""The folder of a Kafka broker: what lies in it, how it is made, and that one broker at a time runs on it.

``data/`` holds the topics, ``server.properties`` what the broker is told, ``broker.log`` what it says.
"""

import base64
import fcntl
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

from services.embedded.folder import MAX_LOG_BYTES, last_lines
from services.settings import InstallationError

CONFIGURATION = "server.properties"

ONE_NODE = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "auto.create.topics.enable": "false",
    # Small: it shares a developer's machine with everything else.
    "num.network.threads": "2",
    "num.io.threads": "4",
    "background.threads": "2",
    "log.cleaner.dedupe.buffer.size": str(16 * 2**20),
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.num.partitions": "1",
    # Quick: a group does not wait for more members, and may miss one after a second. After a kill the controller lets
    # the broker in again once its former life has expired: 3 seconds, in place of 9.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "broker.heartbeat.interval.ms": "500",
    "broker.session.timeout.ms": "3000",
}
"""What a single broker is told, wherever it runs; its addresses and its folder come on top."""

REASONS = {
    "Address already in use": "one of its ports is taken.",
    "UnsupportedClassVersionError": "it needs Java 17 or newer, and this Java is older.",
}


class BrokerFolder:
    """A folder for one broker. Raises OSError where it cannot be used."""

    def __init__(self, folder: Path) -> None:
        """Name a folder; nothing in it is touched yet."""
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "broker.log"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only one that starts a broker here, where none runs; hold it until the broker serves.

        Kafka has a lock of its own, and takes it only after it wrote to the metadata of the broker that has it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        message = f"Another Kafka broker runs in {self.folder}: stop it first."
        with (self.folder / "start.lock").open("a") as ours:
            try:
                fcntl.flock(ours, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if self.data.exists():
                    with (self.data / ".lock").open("a") as kafkas:
                        fcntl.lockf(kafkas, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InstallationError(message) from None
            yield

    def prepare(self, command: Sequence[str], properties: Mapping[str, str]) -> None:
        """Write what the broker is told, and make its data where there are none; ``command`` runs a Java class."""
        if not self.data.exists():
            self._make_data(command, properties)
        self._configure(properties, self.data)
        if self.log.exists() and self.log.stat().st_size > MAX_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))

    def _make_data(self, command: Sequence[str], properties: Mapping[str, str]) -> None:
        """Make the data beside their place and move them there whole: a crash on the way leaves none."""
        for left_over in self.folder.glob("data.new-*"):
            shutil.rmtree(left_over)
        folder = Path(mkdtemp(prefix="data.new-", dir=self.folder))
        self._configure(properties, folder)
        cluster_id = base64.urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")
        made = subprocess.run(  # noqa: S603 - our own words, and no shell reads them
            [*command, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster_id}", "--config", CONFIGURATION],
            check=False,
            cwd=self.folder,
            encoding="utf-8",
            errors="replace",
            process_group=0,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        if made.returncode != 0:
            shutil.rmtree(folder, ignore_errors=True)
            message = f"Kafka could not make its data folder in {self.folder}: {reason(made.stdout)}"
            raise InstallationError(message)
        folder.rename(self.data)

    def _configure(self, properties: Mapping[str, str], data: Path) -> None:
        """Write the configuration. It names the data from where the broker runs: a whole path may hold anything."""
        lines = {**ONE_NODE, **properties, "log.dirs": data.name}
        text = "".join(f"{name}={value}\n" for name, value in lines.items())
        (self.folder / CONFIGURATION).write_text(text, encoding="ascii")


def reason(said: str) -> str:
    """Return why a broker ended, as far as the end of what it said tells, on one line."""
    known = [meaning for words, meaning in REASONS.items() if words in said]
    traceless = "\n".join(line for line in said.splitlines() if not line.startswith("\tat "))
    return known[0] if known else last_lines(traceless)
