"""Loads the demo into a log: the shipped orders through the import, then the simulated life around them.

Both know their events by id, so loading again adds nothing. The simulation reads the orders back from the log; it takes
only those that the import made, so it is the same whatever else has happened in the shop since.
"""

from collections import Counter
from importlib.resources import as_file, files
from pathlib import Path
from random import Random
from typing import NamedTuple

from events.codec import Codec
from events.envelope import Envelope
from events.log import EventLog, Outcome
from services.connectors.importing import Summary, import_file
from services.connectors.loading import built_in
from services.connectors.reading import Heard
from services.demo.simulator import simulated

ORDERS = files("services.demo").joinpath("data", "online_retail_2010-12_2011-03.csv.gz")
MAPPING = "online-retail"
SEED = 2010
BATCH_EVENTS = 1000
READ_EVENTS = 24_000


class Simulated(NamedTuple):
    """What became of the simulated events; a duplicate was on the log already."""

    events: int
    stored: int
    duplicate: int
    conflict: int
    events_by_type: dict[str, int]


def load_orders(log: EventLog, rejects_path: Path, heard: Heard | None = None) -> Summary:
    """Import the shipped orders. ``heard`` is told the stage, how much of it is done, and how much there is."""
    with as_file(ORDERS) as path:
        return import_file(path, built_in(MAPPING), log, rejects_path=rejects_path, heard=heard)


def load_simulated(log: EventLog, heard: Heard | None = None) -> Simulated:
    """Append the simulated events around the shipped orders, which the log holds already."""
    events = simulated(imported(log), Random(SEED))  # noqa: S311 - it must repeat itself; nothing is secret
    outcomes: Counter[Outcome] = Counter()
    for start in range(0, len(events), BATCH_EVENTS):
        receipts = log.append(events[start : start + BATCH_EVENTS])
        outcomes.update(receipt.outcome for receipt in receipts)
        if heard:
            heard("simulating", start + len(receipts), len(events))
    types = Counter(envelope.data.event_type for envelope in events)
    return Simulated(
        events=len(events),
        stored=outcomes[Outcome.STORED],
        duplicate=outcomes[Outcome.DUPLICATE],
        conflict=outcomes[Outcome.CONFLICT],
        events_by_type=dict(sorted(types.items())),
    )


def imported(log: EventLog) -> list[Envelope]:
    """Return the events that the import of the shipped orders made, as the log holds them."""
    source, codec = built_in(MAPPING).source, Codec()
    positions = log.starts()
    found: list[Envelope] = []
    while chunks := log.read(positions, READ_EVENTS):
        for chunk in chunks:
            positions[chunk.partition] = chunk.next_offset
            envelopes, _ = codec.decode_batch(chunk.values)
            found += [envelope for envelope in envelopes if envelope is not None and envelope.source == source]
    return found
