"""The translation of a connector as it was last followed, so that what it refused can be redriven without its file.

It is kept beside the connector's positions: who mends a translation follows with it once more, or for a moment, and
then redrives.
"""

from dataclasses import replace

from services.connecting.positions import Positions
from services.ingest.registry import source_named
from services.ingest.source import Source
from services.installation import Connection

PART = "translation"


def keep(positions: Positions, source: Source) -> None:
    """Keep how the records of a connector become events."""
    positions.save({PART: {"source": source.name, "store": source.store, "translation": source.translation}})


def kept(connection: Connection, origin: str, name: str) -> Source | None:
    """Return the source of a record that a connector refused, as that translates it; None where it is not known.

    ``origin`` begins with the connector's name. The tracking plan is the registered source's.
    """
    held = Positions(connection, origin.partition(" ")[0]).held().get(PART)
    if held is None or held["source"] != name:
        return None
    registered = source_named(connection, name) or Source(name)
    return replace(registered, store=held["store"], translation=held["translation"])
