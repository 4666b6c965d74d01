"""Events whose every text is written by somebody who wishes us ill, for every event type of the catalogue."""

from collections.abc import Iterator
from typing import Any

import msgspec

from events.envelope import Envelope
from events.event import Event
from events.log import EventLog
from tests.events.samples import SAMPLES

IMAGE = "<img src=x onerror=alert(1)>"
SCRIPT = '"><script>alert(1)</script>'
ADDRESS = "javascript:alert(1)"
PAYLOADS = (IMAGE, SCRIPT, ADDRESS)
SOURCE = "urn:regulars:hostile"
KINDS = ("customer", "visitor", "staff", "user")


def subject_of(payload: str, kind: str = "customer") -> str:
    """Return the subject of the hostile events with a payload; a slash would end it in an address."""
    return f"{kind}:{payload.replace('/', '')}"


def hostile_events() -> list[Envelope]:
    """Return one of every event type with each payload, in every place where a text may stand."""
    return [_hostile(sample, payload) for payload in PAYLOADS for sample in SAMPLES]


def _hostile(sample: Envelope, payload: str) -> Envelope:
    kind = sample.subject.partition(":")[0]
    return msgspec.structs.replace(
        sample,
        id=f"{payload} {PAYLOADS.index(payload)} {sample.id}",
        source=f"{SOURCE}:{payload}",
        subject=subject_of(payload, kind) if kind in KINDS else sample.subject,
        data=_rewritten(sample.data, payload),
        correlationid=payload,
        causationid=payload,
    )


def _rewritten(data: Event, payload: str) -> Event:
    """Return an event with the payload in each text that may say anything; codes and times that may not stay."""
    told = msgspec.json.decode(msgspec.json.encode(data))
    for path in list(_places(told)):
        holder, key = _at(told, path[:-1]), path[-1]
        before = holder[key]
        holder[key] = payload if isinstance(before, str) else {payload: next(iter(before.values()))}
        try:
            msgspec.convert(told, type(data))
        except msgspec.ValidationError:
            holder[key] = before
    return msgspec.convert(told, type(data))


def _places(told: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - any JSON
    """Yield the path to each text within, and then to each mapping, whose names are texts too."""
    parts = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    for key, value in parts:
        yield from _places(value, (*path, key))
    if isinstance(told, str) or (isinstance(told, dict) and told and path):
        yield path


def _at(told: Any, path: tuple[Any, ...]) -> Any:  # noqa: ANN401 - as above
    for key in path:
        told = told[key]
    return told


def append_all(log: EventLog) -> dict[str, str]:
    """Append the events, and return the place of one of each type, with one payload after the other."""
    events = hostile_events()
    receipts = log.append(events)
    places = [f"{receipt.partition}/{receipt.offset}" for receipt in receipts]
    chosen = [number * len(SAMPLES) + index for index in range(len(SAMPLES)) for number in [index % len(PAYLOADS)]]
    return {events[each].data.event_type: places[each] for each in chosen}
