"""Kill -9 of who decides at the desk and relays it onto the log, at points and at any moment, beside a load."""

from itertools import cycle, islice
from random import Random

from events.codec import Codec
from events.log import partition_of
from events.log.kafka import KafkaLog
from services.installation import connect
from tests.faults.desk_worker import POINTS, DeskWorker
from tests.faults.ground import Ground
from tests.faults.outcome import Outcome
from tests.faults.scene import Scene, scene

LONGEST_LIFE_SECONDS = 2.0

DECIDED = "SELECT state FROM desk.stored_events"


def relays_at_points(ground: Ground, times: int) -> Outcome:
    """Kill one relay after the other at each point."""
    with scene(ground) as at:
        at.begin()
        for point in islice(cycle(POINTS), times):
            assert DeskWorker(at.dsn, at.cluster, point).killed(), point
        return _finish(at, times)


def relays_at_random(ground: Ground, times: int) -> Outcome:
    """Kill one relay after the other at any moment of its life, also before it relays."""
    dice = Random(times)
    with scene(ground) as at:
        at.begin()
        for _ in range(times):
            assert DeskWorker(at.dsn, at.cluster).killed(dice.uniform(0, LONGEST_LIFE_SECONDS))
        return _finish(at, times)


def _finish(at: Scene, times: int) -> Outcome:
    """Relay what is left; all that was decided is acknowledged, and lies somewhere before where the log ends then."""
    assert DeskWorker(at.dsn, at.cluster, decides=False).stop() == 0
    log = KafkaLog(at.cluster)
    ends = log.ends()
    log.close()
    with connect(at.dsn) as connection:
        decided = [Codec().decode(bytes(state)) for (state,) in connection.execute(DECIDED)]
    with (at.acknowledged / "desk").open("w", encoding="utf-8") as file:
        for event in decided:
            partition = partition_of(event.subject, len(ends))
            file.write(f"{event.id} {partition} <{ends[partition]}\n")
    at.load()
    return at.finish(times)
