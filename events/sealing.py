"""The one seam that personal fields pass on their way to and from the wire.

Without a seal they travel as they are. A seal that encrypts per subject goes in here, and no event class, log or
projection notices: an erased person's fields read as absent, which is why every personal field has a default.
"""

from typing import Protocol

MARK = "sealed:v1:"
"""What a sealed value starts with on the wire, so that a reader knows it without a schema."""


class Seal(Protocol):
    """Closes and opens one personal field of one subject."""

    def close(self, subject: str, field: str, plain: bytes) -> str:
        """Return the sealed form of a field's JSON, without the mark."""
        ...

    def open(self, subject: str, field: str, sealed: str) -> bytes | None:
        """Return the field's JSON, or None when the subject's key has been erased.

        Raises ValueError for what this seal did not close.
        """
        ...
