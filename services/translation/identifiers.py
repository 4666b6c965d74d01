"""Who an event is about, and the ids of events."""

import hashlib

from projections._engine.persons import NOBODY
from services.translation.errors import Unfit, shown

MAX_ID_CHARACTERS = 128
MAX_SUBJECT_CHARACTERS = 192
ABSENT = NOBODY | {"[object object]", "00000000-0000-0000-0000-000000000000"}
"""Values, case-folded, that stand for nobody: those of the engine, and what broken clients send."""


def subject(kind: object, value: object) -> str | None:
    """Return whom an event is about, such as ``customer:42``; nothing where the value stands for nobody.

    Texts and whole numbers. ``null`` and ``anonymous`` as texts stand for nobody, as a list of such words has it.
    """
    if value is None or isinstance(value, bool):
        return None
    if type(value) is not str:
        if not isinstance(value, int):
            message = f"is {shown(value)}; an identifier is a text or a whole number"
            raise Unfit(message, argument=1)
        value = str(value)
    if value.strip().casefold() in ABSENT:
        return None
    if value[0].isspace():
        message = f"is {shown(value)}; an identifier does not begin with white space"
        raise Unfit(message, argument=1)
    said = f"{kind}:{value}"
    if len(said) > MAX_SUBJECT_CHARACTERS:
        most = MAX_SUBJECT_CHARACTERS - len(said) + len(value)
        message = f"is {len(value)} characters long; an identifier has {most} at most"
        raise Unfit(message, argument=1)
    return said


def event_id(source: str, *parts: str) -> str:
    """Return the id of an event that a source tells: the same parts always give the same id.

    It is ``source:part``, with as many parts as there are, or a digest of that where it would be too long.
    """
    plain = ":".join((source, *parts))
    if len(plain) <= MAX_ID_CHARACTERS:
        return plain
    return f"{source}:{hashlib.sha256(plain.encode(errors='surrogatepass')).hexdigest()}"
