"""Apache Kafka's jars: fetched by Maven once for each user of the machine, and kept in their cache folder.

``kafka_pom.xml`` says which. A folder of jars is made beside its place and moved there whole, under a lock: it is
complete or not there, and two processes that want it at once fetch it once.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import mkdtemp

from services.settings import InstallationError

KAFKA_VERSION = "4.1.0"  # the pom says the same
FOLDER = f"kafka-{KAFKA_VERSION}"
POM = "kafka_pom.xml"
OPTIONS_TOLD = "NOTE: Picked up JDK_JAVA_OPTIONS"  # what Java says before all else where that is set

Progress = Callable[[str], None]


def cache_folder() -> Path:
    """Return where this user's programmes keep what can be fetched again."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    home = Path(given) if given.startswith("/") else Path.home() / ".cache"  # the standard ignores a relative one
    return home / "regulars"


def kafka_jars(progress: Progress, cache: Path | None = None) -> Path:
    """Return the folder of the jars, fetched first where it is missing.

    ``progress`` hears a sentence before the fetch, which takes from seconds to minutes. Raises InstallationError with
    the reason where they cannot be had.
    """
    cache = cache or cache_folder()
    jars = cache / FOLDER
    if not jars.is_dir():
        try:
            cache.mkdir(parents=True, exist_ok=True)
            with _locked(cache / f"{FOLDER}.lock"):
                if not jars.is_dir():
                    _fetch(jars, progress)
        except OSError as error:
            message = f"Kafka's jars cannot be kept in {cache}: {error.strerror} ({error.filename})."
            raise InstallationError(message) from error
    return jars


def _fetch(jars: Path, progress: Progress) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        message = f"Apache Kafka {KAFKA_VERSION} is fetched by Maven, and there is no 'mvn': install Maven."
        raise InstallationError(message)
    for left_over in jars.parent.glob(f"{FOLDER}.new-*"):
        shutil.rmtree(left_over)
    progress(f"Maven fetches Apache Kafka {KAFKA_VERSION}, about 45 MB, once, into {jars}")
    folder = Path(mkdtemp(prefix=f"{FOLDER}.new-", dir=jars.parent))
    try:
        _run_maven(maven, folder)
        folder.rename(jars)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run_maven(maven: str, folder: Path) -> None:
    with as_file(files("services.dev").joinpath(POM)) as pom:
        goal = ("dependency:copy-dependencies", f"-DoutputDirectory={folder}")
        ran = subprocess.run(  # noqa: S603 - our own words, and no shell reads them
            [maven, "--batch-mode", "--quiet", "--strict-checksums", "--file", pom, *goal],
            check=False,
            encoding="utf-8",
            errors="replace",
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
    if ran.returncode != 0:
        lines = (line for line in ran.stdout.splitlines() if line.strip() and not line.startswith(OPTIONS_TOLD))
        said = [*lines, f"exit code {ran.returncode}"]
        message = f"Maven could not fetch Apache Kafka {KAFKA_VERSION}: {said[0]}"  # what follows is how to use Maven
        raise InstallationError(message)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that the kernel lets go of when its holder dies."""
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
