"""What can be wrong with a translation, and with a value that one of its functions is given."""

from collections.abc import Sequence

from events.errors import BadEvent, Fault

SHOWN_CHARACTERS = 64

Path = tuple[str | int, ...]
"""Where in a record a value stands: names of fields, and places in lists."""


class BadTranslation(ValueError):
    """A translation cannot be used: ``file`` and ``place`` say where, the message says why."""

    def __init__(self, file: str, place: str, reason: str) -> None:
        """Keep the parts; the message is ``file: place: reason``."""
        super().__init__(f"{file}: {place}: {reason}" if place else f"{file}: {reason}")
        self.file = file
        self.place = place
        self.reason = reason


class Unfit(ValueError):
    """A value that a function cannot take. ``argument`` says which of its arguments.

    ``paths`` are where that argument may have come from, in the order in which the expression looks there, and
    ``field`` is what the value was to become; whoever called the function fills them in.
    """

    def __init__(self, reason: str, argument: int = 0) -> None:
        """Keep the parts; the message is the reason."""
        super().__init__(reason)
        self.reason = reason
        self.argument = argument
        self.paths: Sequence[Path] = ()
        self.field = ""


def written(path: Path) -> str:
    """Return a path as the sender would write it, such as ``products[1].quantity``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def shown(value: object) -> str:
    """Return a value for a sentence: texts and numbers as they are, or cut; of the rest only what they are."""
    match value:
        case None:
            return "null"
        case dict():
            return "an object"
        case list() | tuple():
            return "a list"
        case bool():
            return str(value).lower()
        case _:
            quoted = repr(value) if isinstance(value, str | int | float) else repr(str(value))
            return quoted if len(quoted) <= SHOWN_CHARACTERS else f"{quoted[:SHOWN_CHARACTERS]}…"


def bad_field(path: Path, reason: str) -> BadEvent:
    """Return the error for a field of the sender's record."""
    return BadEvent(Fault.INVALID_FIELD, written(path) or "message", reason)
