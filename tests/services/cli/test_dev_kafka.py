"""``regulars dev kafka``: a broker for as long as the command runs, on data that stay."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from services.dev.ports import is_free
from tests.services.cli.staying import Staying

Start = Callable[..., Staying]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts ``regulars dev kafka`` on a free port; none is left behind."""
    started: list[Staying] = []

    def kafka(*options: str, **environment: str) -> Staying:
        words = ("dev", "kafka", "--port", "0", "--heap", "256", *options)
        started.append(Staying(*words, environment={"REGULARS_HOME": str(tmp_path / "home"), **environment}))
        return started[-1]

    yield kafka
    for each in started:
        each.kill()


def _admin(serving: dict[str, Any]) -> AdminClient:
    return AdminClient({"bootstrap.servers": serving["address"]})


def _broker(folder: str) -> int:
    """Return the number of the one process that runs in a folder and is Java."""
    running = [path for path in Path("/proc").glob("[0-9]*/cwd") if os.path.realpath(path) == folder]
    (java,) = [int(path.parent.name) for path in running if (path.parent / "exe").readlink().name == "java"]
    return java


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_how_to_use_it_and_ends_cleanly(start: Start, tmp_path: Path, number: signal.Signals) -> None:
    """It prints the line that turns Kafka on; Ctrl-C and SIGTERM end it with code 0, and nothing listens any more."""
    process = start()
    told, line = process.read_line(), process.read_line().strip()
    port = int(line.rpartition(":")[2])
    during = is_free(port)

    exit_code, out, err = process.end(number)

    assert line == f"export REGULARS_KAFKA=127.0.0.1:{port}"
    assert f"its data are in {tmp_path / 'home' / 'kafka'}." in told
    assert (exit_code, out, err) == (0, "Kafka is stopped; its data stay.\n", "")
    assert (during, is_free(port)) == (False, True)
    assert (tmp_path / "home" / "kafka" / "data" / ".kafka_cleanshutdown").exists()


def test_its_data_stay_for_the_next_time(start: Start, tmp_path: Path) -> None:
    """A topic that was made is there when it is started again on the same folder."""
    words = ("--json", "--data", str(tmp_path / "elsewhere"))
    first = start(*words)
    admin = _admin(first.wait_for("serving"))
    admin.create_topics([NewTopic("kept", 3, 1)])["kept"].result()
    first.end()

    topics = _admin(start(*words).wait_for("serving")).list_topics(timeout=60).topics

    assert len(topics["kept"].partitions) == 3


def test_a_broker_that_dies_ends_the_command(start: Start) -> None:
    """The command does not stay as if nothing had happened: it says so and ends with code 4."""
    process = start("--json")
    folder = process.wait_for("serving")["data"]

    os.kill(_broker(folder), signal.SIGKILL)
    _, said = process.process.communicate()

    assert process.process.returncode == 4
    assert said.startswith("regulars: Kafka ended by itself; ")


@pytest.mark.parametrize(("kept", "missing"), [("sh", "Java"), ("java", "Maven")])
def test_what_is_missing_is_said_in_one_sentence(start: Start, tmp_path: Path, kept: str, missing: str) -> None:
    """Without Java, or with Java and neither Maven nor what it once fetched, the command says which to install."""
    programmes = tmp_path / "programmes"
    programmes.mkdir()
    (programmes / kept).symlink_to(shutil.which(kept) or "")

    process = start(PATH=str(programmes), JAVA_HOME="", XDG_CACHE_HOME=str(tmp_path / "cache"))
    out, said = process.process.communicate()

    assert (process.process.returncode, out) == (4, "")
    assert said.startswith("regulars: Apache Kafka 4.1.0 ")
    assert missing in said
    assert said.count("\n") == 1
