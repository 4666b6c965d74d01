"""The Kafka of a test run that was given none: in Docker where an engine answers, otherwise by Java and Maven."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp

from services.dev.broker import Broker
from tests.quick_java import load_classes
from tests.tidy.sources import ROOT

HEAP_MB = 384


@contextmanager
def local_kafka() -> Iterator[str]:
    """Yield the address of a Kafka that ends with the run. Raises InstallationError where there can be none."""
    with ExitStack() as held:
        yield held.enter_context(_container()) or held.enter_context(own_kafka()).address


@contextmanager
def own_kafka() -> Iterator[Broker]:
    """Yield a broker by Java and Maven, with data of its own. Raises InstallationError where there can be none."""
    load_classes()
    folder = Path(mkdtemp(prefix="regulars-test-"))
    broker = Broker(folder, heap_mb=HEAP_MB, progress=print)
    try:
        broker.start()
        yield broker
    finally:
        broker.kill()
        shutil.rmtree(folder)


@contextmanager
def _container() -> Iterator[str]:
    """Yield the address of a Kafka in Docker, or nothing where there is no Docker.

    A process of its own sees to it: what Docker's client leaves open are warnings there, and errors here.
    """
    words = (sys.executable, "-m", "tests.kafka_container")
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        if child.stdout is None or child.stdin is None:
            return
        yield child.stdout.readline().strip()
        child.stdin.close()
