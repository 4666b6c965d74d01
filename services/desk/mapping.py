"""Between what was decided and what the library stores: an envelope in the codec's bytes, as it reaches the log.

The library's own mapper would write a format of its own, with the names of our classes in it; a fact that was decided
here would then be told in two ways.
"""

from hashlib import sha256
from typing import NamedTuple

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from events.codec import Codec
from events.envelope import Envelope

SOURCE = "urn:regulars:desk"
OWN_IDS = "desk:"
"""What the ids of the desk's events begin with, so that others' can be told from them."""

HASH_CHARACTERS = 32
VERSION_DIGITS = 9


class Decided(NamedTuple):
    """A fact of the desk: the aggregate's ``name:id``, the fact's place among that one's facts from 1, and itself."""

    originator_id: str
    originator_version: int
    envelope: Envelope


def originator(aggregate: str, name: str) -> str:
    """Return what the store knows one of an aggregate by."""
    return f"{aggregate}:{name}"


def event_id(originator_id: str, version: int) -> str:
    """Return the id of an aggregate's fact: the same for the same place, so the log holds one of them at most.

    Ids of one aggregate are ordered as its versions are: of two facts of one instant the later one counts everywhere.
    """
    return f"{OWN_IDS}{sha256(originator_id.encode()).hexdigest()[:HASH_CHARACTERS]}:{version:0{VERSION_DIGITS}}"


class EventMapper(Mapper[str]):
    """Writes and reads what was decided."""

    def __init__(self, codec: Codec) -> None:
        """Use the codec of the log."""
        super().__init__(JSONTranscoder())
        self._codec = codec

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """Return what the library stores of a decided fact. Raises BadEvent for what the log could not hold."""
        if not isinstance(domain_event, Decided):
            raise TypeError(domain_event)
        envelope = domain_event.envelope
        return StoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=envelope.data.event_type,
            state=self._codec.encode(envelope),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Decided:
        """Return a stored fact as it was decided, upcast to its type's newest version."""
        envelope = self._codec.decode(stored_event.state)
        return Decided(str(stored_event.originator_id), stored_event.originator_version, envelope)
