"""What can be wrong with a fact, said in one sentence that names the field."""

from enum import StrEnum


class Fault(StrEnum):
    """The kinds of bad fact; scripts and dashboards group by them."""

    MALFORMED = "malformed"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_VERSION = "unknown_version"
    INVALID_FIELD = "invalid_field"
    TOO_LARGE = "too_large"
    UNPLANNED = "unplanned"
    CONFLICT = "conflict"
    FOLD = "fold"


class BadEvent(ValueError):
    """A fact that cannot be accepted: ``field`` says where, the message says why."""

    def __init__(self, fault: Fault, field: str, reason: str) -> None:
        """Keep the parts; the message is ``field: reason``."""
        super().__init__(f"{field}: {reason}")
        self.fault = fault
        self.field = field
        self.reason = reason
