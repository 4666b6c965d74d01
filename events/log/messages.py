"""What is published beside the log of record: a message, whichever client sends it."""

from typing import NamedTuple


class Message(NamedTuple):
    """A message to publish; ``id`` goes along as a header, and is the same when the message is sent again."""

    id: str
    key: str
    value: bytes
