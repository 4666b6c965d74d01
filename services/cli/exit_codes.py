"""What a script can tell from how a command ended."""

from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """The exit codes of every command; the README lists the same."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> Self:
        """Keep a sentence beside the number."""
        code = int.__new__(cls, value)
        code._value_ = value
        code.meaning = meaning
        return code

    DONE = 0, "It is done, or the answer is yes."
    NO = 1, "The answer is no: a digest differs, a check is bad, nothing was found."
    USAGE = 2, "The command line, a file or a setting is wrong; nothing was changed."
    PARTLY = 3, "Done but for a part: facts were rejected or conflict, or events are still parked."
    UNAVAILABLE = 4, "The system cannot do it now: no database, another process at work, or the engine stopped."
    INTERRUPTED = 130, "Ctrl-C; what was committed stays, and running it again is safe."
