"""The disk of the broker or of Postgres is full for a while: nothing false is acknowledged, and everything goes on."""

import time

from services.dev.broker import Broker
from services.embedded.folder import ServerFolder
from services.embedded.postgres import embedded_postgres
from tests.faults.child import Child
from tests.faults.ground import SMALL_SERVER, Ground, postgres
from tests.faults.outcome import Outcome
from tests.faults.scene import scene
from tests.faults.small_disk import small_disk
from tests.kafkas import HEAP_MB

BROKER_MEGABYTES = 64
POSTGRES_MEGABYTES = 256
LITTLE_WAL = {"min_wal_size": "32MB", "max_wal_size": "64MB"}

LONGEST_SECONDS = 60.0
LOOK_SECONDS = 0.1
NOT_STORED = "LogUnavailable"
HANDS_OFF = "hands off"


def broker_filled(ground: Ground, times: int, *, may_mount: bool = True) -> Outcome:
    """Leave the broker no room: the producer hears that its events were not stored, and sends them again."""
    with small_disk(BROKER_MEGABYTES, may_mount=may_mount) as disk:
        broker = Broker(disk.folder / "kafka", heap_mb=HEAP_MB, progress=print)
        with broker, scene(ground._replace(broker=broker)) as at:
            at.begin()
            for _ in range(times):
                said = at.producer.errors().count(NOT_STORED)
                disk.fill(_processes(broker))
                _wait_for(at.producer, NOT_STORED, said)
                disk.make_room(_processes(broker))
                broker.restart()  # it may have given up by itself, or stay and refuse
                at.load()
            return at.finish(times)


def postgres_filled(ground: Ground, times: int, *, may_mount: bool = True) -> Outcome:
    """Leave Postgres no room: it may stop, and the pump takes its hands off and tries again until there is some."""
    changes = SMALL_SERVER | LITTLE_WAL
    with (
        small_disk(POSTGRES_MEGABYTES, may_mount=may_mount) as disk,
        postgres(disk.folder, changes) as server,
        scene(ground._replace(dsn=server.dsn)) as at,
    ):
        (pump,) = at.begin()
        folder = ServerFolder(server.home)
        for _ in range(times):
            said = pump.errors().count(HANDS_OFF)
            disk.fill(folder.processes())
            _wait_for(pump, HANDS_OFF, said)
            disk.make_room(folder.processes())
            with embedded_postgres(server.home, print, changes=changes):
                pass  # it is up again, and stays, since we are using it
            if not disk.mounted:  # a limit is an error that a pump does not know, and ends with
                pump.kill()
                pump = at.pump()
            at.load()
        return at.finish(times)


def _processes(broker: Broker) -> list[int]:
    return [broker.process] if broker.process is not None else []


def _wait_for(child: Child, words: str, said: int) -> None:
    """Wait until a process has said some words once more, or has ended of it."""
    give_up = time.monotonic() + LONGEST_SECONDS
    while child.runs and child.errors().count(words) <= said:
        assert time.monotonic() < give_up, "nobody noticed that the disk is full"
        time.sleep(LOOK_SECONDS)
