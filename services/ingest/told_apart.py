"""Tells the members of a list apart where one of them is no JSON, so that it does not take the others with it.

Some libraries write what JSON has not: NaN, half of a surrogate pair where a text was cut inside an emoji, a raw line
break. Only the structure matters here. It is read off a copy of the same length in which such words are something
harmless; each member is then a piece of the bytes that came, and is judged by itself.
"""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

Found = TypeVar("Found")

_ESCAPE = re.compile(rb"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_WORDS = ((b"NaN", b"0.0"), (b"Infinity", b"0.000000"))
_CONTROLS = bytes(range(0x20))
_SPACES = bytes.maketrans(_CONTROLS, b" " * len(_CONTROLS))
_KNOWN = b'"\\/bfnrt'


def mended(body: bytes) -> bytes:
    """Return bytes of the same length and structure, in which what JSON has not within a value is something else."""
    copy = _ESCAPE.sub(_harmless, body.translate(_SPACES))
    for word, other in _WORDS:
        copy = copy.replace(word, other)
    return copy


def told_apart(
    body: bytes, decode: Callable[[bytes], Found], members: Callable[[Found], Sequence[msgspec.Raw]]
) -> tuple[Found, list[msgspec.Raw]]:
    """Return what ``decode`` makes of the mended body, and its ``members`` as they came.

    Raises what ``decode`` raises, where the structure itself is broken.
    """
    copy = mended(body)
    found = decode(copy)
    came: list[msgspec.Raw] = []
    at = 0
    for member in members(found):
        piece = bytes(member)
        at = copy.index(piece, at)
        came.append(msgspec.Raw(body[at : at + len(piece)]))
        at += len(piece)
    return found, came


def _harmless(escape: re.Match[bytes]) -> bytes:
    said = escape[1]
    if said[:1] == b"u" and len(said) > 1:
        return rb"\u0041"
    return escape[0] if said in _KNOWN else rb"\/"
