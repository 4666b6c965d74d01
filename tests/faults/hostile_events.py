"""Events as they should not be: broken, repeated, late, of old and unknown versions, far too large."""

import json
from collections.abc import Iterator

from events.codec import MAX_EVENT_BYTES
from tests.faults.ground import Ground
from tests.faults.outcome import Outcome
from tests.faults.scene import Scene, scene
from tests.oracle.shop import POISON, published_examples

SHUFFLED_EVENTS = 2_000
DAY_EVENTS = 4 * 24 * 60 * 60
"""The workload's events follow each other by a quarter of a second."""

LARGE_EVENTS = 4

Told = Iterator[tuple[str, bytes]]


def poison(ground: Ground, times: int) -> Outcome:
    """Put what is no event between events: it is parked, and its neighbours count."""
    with scene(ground) as at:
        at.begin(pumps=2)
        sent = 0
        for _ in range(times):
            sent += at.send(_poison())
            at.load()
        return _parked(at.finish(times), sent)


def sent_again(ground: Ground, times: int) -> Outcome:
    """Have other producers send the same events once more, at the same time and later."""
    with scene(ground) as at:
        at.begin(pumps=2)
        for _ in range(times):
            at.produce_again()
            at.load()
        outcome = at.finish(times)
        assert outcome.verdict["duplicates"] > 0, outcome.verdict
        return outcome


def late_and_shuffled(ground: Ground, times: int) -> Outcome:
    """Send events of today and of days ago, in no order."""
    with scene(ground) as at:
        at.begin(pumps=2)
        for number in range(times):
            _late(at, number)
            at.load()
        return at.finish(times)


def every_version(ground: Ground, times: int) -> Outcome:
    """Mix versions: old ones count as new ones do, unknown ones are parked for the day on which they are known."""
    with scene(ground) as at:
        at.begin(pumps=2)
        sent = 0
        for number in range(times):
            at.send(_of_every_version(number))
            sent += at.send(_of_unknown_versions(number))
            at.load()
        return _parked(at.finish(times), sent)


def oversize(ground: Ground, times: int) -> Outcome:
    """Have somebody else put records on the log that are larger than an event may be."""
    with scene(ground) as at:
        at.begin(pumps=2)
        sent = 0
        for number in range(times):
            sent += at.send(_oversize(number))
            at.load()
        return _parked(at.finish(times), sent)


def all_at_once(ground: Ground, times: int) -> Outcome:
    """Do all of this in one scene."""
    with scene(ground) as at:
        at.begin(pumps=2)
        parked = 0
        for number in range(times):
            at.produce_again()
            _late(at, number)
            at.send(_of_every_version(number))
            parked += sum(at.send(told) for told in (_poison(), _of_unknown_versions(number), _oversize(number)))
            at.load()
        outcome = at.finish(times)
        assert outcome.verdict["duplicates"] > 0, outcome.verdict
        return _parked(outcome, parked)


def _parked(outcome: Outcome, sent: int) -> Outcome:
    assert outcome.verdict["parked"] == sent > 0, outcome.verdict
    return outcome


def _poison() -> Told:
    return ((f"customer:{number}", value) for number, value in enumerate(POISON))


def _late(at: Scene, number: int) -> None:
    """Have a producer send events of another day, which follow each other in no order."""
    at.produce(seed=7 + number, first=DAY_EVENTS, shuffled=SHUFFLED_EVENTS)


def _of_every_version(number: int) -> Told:
    """Yield every type in every version that was ever published."""
    for document in published_examples():
        yield document["subject"], json.dumps(document | {"id": f"{document['id']}-{number}"}).encode()


def _of_unknown_versions(number: int) -> Told:
    """Yield every type in a version that was not published."""
    for document in published_examples():
        unknown = document["type"].rpartition(".")[0] + ".v99"
        event = document | {"id": f"{document['id']}-{number}-unknown", "type": unknown}
        yield document["subject"], json.dumps(event).encode()


def _oversize(number: int) -> Told:
    """Yield searches that would be events if they were shorter."""
    wanted = next(each for each in published_examples() if each["type"] == "regulars.search.performed.v2")
    for place in range(LARGE_EVENTS):
        data = wanted["data"] | {"query": "x" * MAX_EVENT_BYTES}
        event = wanted | {"id": f"large-{number}-{place}", "data": data}
        yield f"customer:{place}", json.dumps(event).encode()
