"""What a fault's scene starts: producers, pumps and front doors, each a process of its own."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from events.log.cluster import Cluster
from services.dev.ports import free_port
from services.ingest import registry
from services.ingest.source import Role
from services.installation import connect
from tests.faults import door_process, producing_process, pumping_process, sending_process
from tests.faults.child import Child
from tests.faults.messages import SOURCE
from tests.faults.orders import DoorOrder, ProducerOrder, PumpOrder, SenderOrder


class Processes:
    """Processes over topics and a database of their own. ``said`` is what those that were stopped said in the end.

    ``by_door``: what producers send goes through a front door, and not to the broker at once.
    """

    def __init__(self, cluster: Cluster, dsn: str, folder: Path, without: tuple[str, ...], *, by_door: bool) -> None:
        """Begin with none; pumps go ``without`` some projections."""
        self.cluster = cluster
        self.dsn = dsn
        self.port, self._other_port = free_port(), 0
        self.said: list[dict[str, Any]] = []
        self.producers_said: list[dict[str, Any]] = []
        self.acknowledged = folder / "acknowledged"
        self.acknowledged.mkdir()
        self.held = ExitStack()
        self._folder = folder
        self._without = without
        self._by_door = by_door
        self._key = ""
        self._number = 0
        self.pumps: list[Child] = []
        self.producers: list[Child] = []
        self.doors: list[Child] = []

    def close(self) -> None:
        """End whatever was started."""
        self.held.close()

    def pump(self, **wishes: Any) -> Child:  # noqa: ANN401 - an order's own fields
        """Start a pump, and return it when it is at work."""
        child = self.pump_soon(**wishes)
        child.wait_begun()
        return child

    def pump_soon(self, **wishes: Any) -> Child:  # noqa: ANN401 - as above
        """Start a pump, and return it at once."""
        given = {"dsn": self.dsn, "without": self._without, **wishes}
        order = PumpOrder(self.cluster.servers, self.cluster.prefix, **given)
        child = self.held.enter_context(Child(pumping_process, order, self._file("pump")))
        self.pumps.append(child)
        return child

    def stop_pumps(self) -> None:
        """Stop the pumps, and keep what they said."""
        for pump in self.pumps:
            pump.leave_soon()
        self.said += [pump.stop() for pump in self.pumps if not pump.heard]

    def produce(self, **wishes: Any) -> Child:  # noqa: ANN401 - as above
        """Start a producer, and a front door where it sends through one and none was started; return the producer."""
        errors = self._file("producer")
        words = (self.cluster.servers, self.cluster.prefix, str(self.acknowledged / errors.stem))
        if self._by_door:
            given = {"port": self.port, "key": self.key(), **wishes}
            if not self.doors:
                self.door_soon()
            started = Child(sending_process, SenderOrder(*words, **given), errors)
        else:
            started = Child(producing_process, ProducerOrder(*words, **wishes), errors)
        child = self.held.enter_context(started)
        child.wait_begun()
        self.producers.append(child)
        return child

    def produce_again(self) -> Child:
        """Start a producer of what the first one sends, too; at another front door, which has not heard of it."""
        if not self._by_door:
            return self.produce()
        if not self._other_port:
            self._other_port = free_port()
            self.door(port=self._other_port)
        return self.produce(port=self._other_port)

    def stop_producers(self) -> None:
        """Stop the producers, and keep what they said."""
        for producer in self.producers:
            producer.leave_soon()
        self.producers_said += [producer.stop() for producer in self.producers if not producer.heard]
        self.producers = []

    @property
    def producer(self) -> Child:
        """The first producer."""
        return self.producers[0]

    def door(self, **wishes: Any) -> Child:  # noqa: ANN401 - as above
        """Start a front door, and return it when it serves; whichever had its port before has to have ended."""
        child = self.door_soon(**wishes)
        child.wait_begun()
        return child

    def door_soon(self, **wishes: Any) -> Child:  # noqa: ANN401 - as above
        """Start a front door, and return it at once."""
        given = {"dsn": self.dsn, "port": self.port, **wishes}
        order = DoorOrder(self.cluster.servers, self.cluster.prefix, **given)
        child = self.held.enter_context(Child(door_process, order, self._file("door")))
        self.doors.append(child)
        return child

    def key(self) -> str:
        """Return a key to the front doors."""
        if not self._key:
            with connect(self.dsn) as connection:
                registry.add(connection, SOURCE.name, events_per_second=SOURCE.events_per_second)
                self._key = registry.new_key(connection, SOURCE.name, Role.WRITE)
        return self._key

    def _file(self, name: str) -> Path:
        self._number += 1
        return self._folder / f"{name}-{self._number}.errors"
