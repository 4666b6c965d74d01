"""Names of what reactions do, such as ``answer:c-1``: the same whenever the same is asked for, so it is done once."""

from datetime import datetime
from hashlib import sha256

from events.event import MAX_KEY_CHARACTERS

HASH_CHARACTERS = 32


def name_of(*parts: str) -> str:
    """Return one name of several parts, the first of which says what kind it is.

    What would be too long for a key, or cannot be printed, is hashed: the kind stays to be read.
    """
    whole = ":".join(parts)
    if len(whole) <= MAX_KEY_CHARACTERS and whole.isprintable():
        return whole
    told = "\0".join(parts).encode("utf-8", "surrogatepass")
    return f"{parts[0]}:{sha256(told).hexdigest()[:HASH_CHARACTERS]}"


def raised_id(key: str, due_at: datetime) -> str:
    """Return the id of the signal that a reminder becomes; a sweep that finds the same calls it the same."""
    return f"timer:{key}:{due_at:%Y-%m-%dT%H:%M:%S.%fZ}"
