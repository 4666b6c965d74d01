"""A broker starts when it says so, keeps what it acknowledged, does not outlive us, and says why it cannot run."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from services.dev.broker import Broker
from services.dev.ports import serves
from services.settings import InstallationError
from tests.kafkas import own_kafka
from tests.tidy.sources import ROOT

MOST_SECONDS = 60.0

HOLDER = """
import sys
from pathlib import Path
from services.dev.broker import Broker

broker = Broker(Path(sys.argv[1]), heap_mb=256)
broker.start()
print(broker.process, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def shared() -> Iterator[Broker]:
    """Return a broker for the tests of this module."""
    with own_kafka() as broker:
        yield broker


@pytest.fixture
def broker(shared: Broker) -> Broker:
    """Return a running broker; whoever ends it leaves it to the next test to start it again."""
    shared.start()
    return shared


@pytest.fixture
def topic(broker: Broker) -> str:
    """Return a fresh topic on the broker, of one partition."""
    name = f"kept-{secrets.token_hex(4)}"
    admin = AdminClient({"bootstrap.servers": broker.address})
    admin.create_topics([NewTopic(name, 1, 1)])[name].result()
    return name


def _append(address: str, topic: str, *values: str) -> None:
    """Return once the broker acknowledged all of them."""
    producer = Producer({"bootstrap.servers": address, "acks": "all", "log_level": 0})
    for value in values:
        producer.produce(topic, value.encode())
    assert producer.flush(MOST_SECONDS) == 0


def _kept(address: str, topic: str) -> list[str]:
    consumer = Consumer({"bootstrap.servers": address, "group.id": "test", "auto.offset.reset": "earliest"})
    _, end = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=MOST_SECONDS)
    consumer.assign([TopicPartition(topic, 0, 0)])
    records = consumer.consume(end, timeout=MOST_SECONDS)
    consumer.close()
    return [(record.value() or b"").decode() for record in records]


def _ended(process: int) -> bool:
    """Return whether a process has gone within some seconds."""
    deadline = time.monotonic() + MOST_SECONDS
    while time.monotonic() < deadline:
        with suppress(FileNotFoundError):
            if " Z " not in Path(f"/proc/{process}/stat").read_text(encoding="ascii"):
                time.sleep(0.05)
                continue
        return True
    return False


def test_it_serves_once_it_is_started_and_not_after_it_is_stopped(broker: Broker) -> None:
    """A started broker answers clients at its address; a stopped one has no process."""
    during = (serves(broker.address), broker.process is not None)

    broker.stop()

    assert during == (True, True)
    assert (serves(broker.address), broker.process) == (False, None)


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_what_it_acknowledged_is_there_after_it_was_ended(broker: Broker, topic: str, end: str) -> None:
    """However it ends, it comes back at the same address with every acknowledged record."""
    address = broker.address
    _append(address, topic, "one", "two")

    broker.stop() if end == "stop" else broker.kill()
    between = serves(address)
    broker.start()

    assert (between, broker.address) == (False, address)
    assert _kept(address, topic) == ["one", "two"]


def test_a_broker_that_was_killed_from_outside_is_started_again(broker: Broker) -> None:
    """It is seen to be gone, and a start is all that it takes; starting one that runs changes nothing."""
    first = broker.process
    assert first is not None

    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + MOST_SECONDS
    while broker.process is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    between = broker.process
    broker.start()
    second = broker.process
    broker.start()

    assert (between, broker.process) == (None, second)
    assert second not in {None, first}


def test_a_restart_takes_changed_properties(broker: Broker) -> None:
    """A test or a developer may set what Kafka offers, and change it while it is down."""
    broker.properties["auto.create.topics.enable"] = "true"

    broker.restart()
    _append(broker.address, "made-by-use", "one")

    assert _kept(broker.address, "made-by-use") == ["one"]


def test_a_broker_that_hangs_is_ended_all_the_same(own_broker: Broker) -> None:
    """A process that was stopped in its tracks does not act on SIGTERM; it is killed when patience ends."""
    process = own_broker.process
    assert process is not None

    os.kill(process, signal.SIGSTOP)
    own_broker.stop(patience_seconds=0.2)

    assert _ended(process)


@pytest.mark.parametrize("group", [False, True])
def test_it_does_not_outlive_whoever_started_it(tmp_path: Path, *, group: bool) -> None:
    """A kill -9 of its owner, alone or with its whole process group, ends the broker."""
    words = [sys.executable, "-c", HOLDER, str(tmp_path)]
    owner = subprocess.Popen(words, cwd=ROOT, process_group=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    process = int(owner.stdout.readline())

    os.killpg(owner.pid, signal.SIGKILL) if group else owner.kill()
    owner.communicate()

    assert _ended(process)


def test_ctrl_c_does_not_reach_it(broker: Broker) -> None:
    """A terminal signals the whole group that runs in it; the broker is in another, and ends when its owner says so."""
    process = broker.process
    assert process is not None

    assert os.getpgid(process) != os.getpgid(0)


def test_nobody_else_runs_on_its_data(broker: Broker) -> None:
    """Kafka would write to the metadata before it finds the other; ours is refused before that, whoever has it."""
    folder = Path(f"/proc/{broker.process}/cwd").readlink()
    before = {path: path.stat().st_mtime_ns for path in (folder / "data").rglob("quorum-state")}

    with pytest.raises(InstallationError, match=f"^Another Kafka broker runs in {folder}: stop it first"):
        Broker(folder).start()

    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert serves(broker.address)


def test_a_taken_port_is_named(broker: Broker, tmp_path: Path) -> None:
    """It does not take another's answer for its own."""
    port = int(broker.address.rpartition(":")[2])

    with pytest.raises(InstallationError, match=f"cannot start on 127.0.0.1:{port}: something else listens there"):
        Broker(tmp_path, port=port).start()


def test_a_broker_that_does_not_start_says_why(broker: Broker) -> None:
    """The error ends with what Kafka said last, without Java's stack; and nothing runs on."""
    broker.stop()
    broker.properties["num.io.threads"] = "many"

    with pytest.raises(InstallationError, match=r"broker\.log ends with: .*Invalid value many") as raised:
        broker.start()
    del broker.properties["num.io.threads"]

    said = str(raised.value)
    assert ("\n" in said, "at kafka." in said, broker.process) == (False, False, None)


def test_data_that_cannot_be_made_are_not_left_half_made(tmp_path: Path) -> None:
    """The reason is given, and the next start begins anew."""
    broker = Broker(tmp_path, heap_mb=256, properties={"num.io.threads": "many"})

    with pytest.raises(InstallationError, match=r"could not make its data folder in .*Invalid value many"):
        broker.start()
    broker.properties.clear()

    with broker:
        assert serves(broker.address)


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """A file in its place is one sentence."""
    (tmp_path / "broker").write_text("a file", encoding="utf-8")

    with pytest.raises(InstallationError, match=r"^Kafka cannot run in .*broker: "):
        Broker(tmp_path / "broker").start()


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    """Kafka splits folders at commas, and reads its configuration as Latin-1; neither meets a folder's name."""
    folder = tmp_path / "Größe, \\ 大 = 1"

    with Broker(folder, heap_mb=256) as broker:
        assert serves(broker.address)


def test_a_java_home_without_java_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not passed over for the Java on the PATH: Maven would not do that either."""
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    with pytest.raises(InstallationError, match=f"needs Java 17 or newer, and there is none in JAVA_HOME, {tmp_path}"):
        Broker(tmp_path / "broker").start()
