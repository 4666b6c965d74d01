"""infra/docker/Dockerfile, read as far as it needs to be: stages of instructions."""

import json
from typing import NamedTuple

from tests.tidy.sources import ROOT

DOCKERFILE = ROOT / "infra/docker/Dockerfile"


class Instruction(NamedTuple):
    """A word such as COPY, and what follows it."""

    word: str
    rest: str


def stages() -> list[list[Instruction]]:
    """Return the instructions of each stage, which begins with its FROM; the last one is the image."""
    text = DOCKERFILE.read_text(encoding="utf-8").replace("\\\n", " ")
    found: list[list[Instruction]] = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            word, _, rest = line.partition(" ")
            if word == "FROM":
                found.append([])
            found[-1].append(Instruction(word, rest))
    return found


def said(word: str, stage: int = -1) -> list[str]:
    """Return what follows each instruction of this word, in a stage."""
    return [instruction.rest for instruction in stages()[stage] if instruction.word == word]


def entrypoint() -> list[str]:
    """Return the words that every command of a container is put behind."""
    words: list[str] = json.loads(said("ENTRYPOINT")[-1])
    return words
