"""Offset vectors as text: ``0:120,3:17`` says the next offset to read, by partition."""

import re
from collections.abc import Mapping

VECTOR = re.compile(r"[0-9]{1,9}:[0-9]{1,18}(,[0-9]{1,9}:[0-9]{1,18})*")


def written(positions: Mapping[int, int]) -> str:
    """Return an offset vector as text, by partition; nothing at all is empty."""
    return ",".join(f"{partition}:{offset}" for partition, offset in sorted(positions.items()))


def parsed(text: str) -> dict[int, int]:
    """Return the offset vector of a text. Raises ValueError where it is none."""
    if not VECTOR.fullmatch(text):
        message = f"{text[:64]!r} are no positions: write them like 0:120,3:17."
        raise ValueError(message)
    pairs = [pair.split(":") for pair in text.split(",")]
    return {int(partition): int(offset) for partition, offset in pairs}
