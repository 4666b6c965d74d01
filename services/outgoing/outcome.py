"""What came of a try to send something."""

from datetime import timedelta
from typing import NamedTuple


class Outcome(NamedTuple):
    """Whether it was taken; if not, why, whether to come never again, and how long the receiver asked us to wait."""

    sent: bool = False
    error: str = ""
    gone: bool = False
    asked: timedelta | None = None


SENT = Outcome(sent=True)
