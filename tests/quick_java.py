"""Java for brokers that live for seconds: it compiles little, and finds Kafka's classes loaded in a file.

The file is made by the first run on a machine, beside Kafka's jars. Java passes it over where the jars are others.
"""

import fcntl
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

from services.dev.artefacts import KAFKA_VERSION, cache_folder, kafka_jars
from services.dev.broker import Broker

VARIABLE = "JDK_JAVA_OPTIONS"
"""What Java 9 and newer reads its options from, whoever starts it."""

SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
FROM_FILE = "-Xlog:cds=off -Xlog:cds+dynamic=off -XX:SharedArchiveFile"
INTO_FILE = "-Xlog:cds=off -Xlog:cds+dynamic=off -XX:ArchiveClassesAtExit"


def be_quick() -> None:
    """Have every Java of this process and its children start quickly; what was asked for from outside is left alone."""
    if VARIABLE not in os.environ:
        os.environ[VARIABLE] = SHORT_LIVED
        _use(_classes())


@cache
def load_classes() -> None:
    """Make the file of loaded classes where it is missing: a broker is run for it, which takes some 10 seconds once.

    Raises InstallationError where no broker can run.
    """
    classes = _classes()
    if classes is None or os.environ.get(VARIABLE) != SHORT_LIVED:
        return
    kafka_jars(print)
    with classes.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not classes.exists():
            _make(classes)
    _use(classes)


def _make(classes: Path) -> None:
    with TemporaryDirectory(prefix="regulars-test-", dir=classes.parent) as folder:
        made = Path(folder, classes.name)
        os.environ[VARIABLE] = f"{SHORT_LIVED} {INTO_FILE}={made}"
        try:
            with Broker(Path(folder, "kafka")):
                made.unlink(missing_ok=True)  # of the tool that made the broker's folder
        finally:
            os.environ[VARIABLE] = SHORT_LIVED
        if made.exists() and _readable(made):
            made.rename(classes)


def _readable(classes: Path) -> bool:
    words = ("java", f"-XX:SharedArchiveFile={classes}", "-cp", f"{kafka_jars(print)}/*", "-Xshare:on", "-version")
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


def _use(classes: Path | None) -> None:
    if classes is not None and classes.exists():
        os.environ[VARIABLE] = f"{SHORT_LIVED} {FROM_FILE}={classes}"


def _classes() -> Path | None:
    """Return where the classes lie that this Java loaded; None without Java."""
    java = shutil.which("java")
    if java is None or os.environ.get("JAVA_HOME"):
        return None
    real = Path(java).resolve()
    of = crc32(f"{real} {real.stat().st_mtime_ns}".encode())
    return cache_folder() / f"kafka-{KAFKA_VERSION}-classes-{of:08x}.jsa"
