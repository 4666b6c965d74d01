"""Which wordings mean one thing, written in several ways: searches, or themes of what customers say.

The most used wording leads a family; each further one joins the first leader that it is like enough, else it leads one
of its own. So the families follow from the counts alone, and never from who said it first. Two wordings are as like as
the edits between them (letters put in, taken out, changed, or swapped with a neighbour; the optimal string alignment
distance, after Damerau 1964) leave of the longer one; the words may stand in any order. Numbers have to be the same: a
tin of 20 cm is no misspelling of one of 30. Some pairs are one letter apart and two wishes: a family says what it took
together.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz.distance import OSA

LEAST_LIKENESS = 0.85
NUMBERS = re.compile(r"\d+")


class Wording(NamedTuple):
    """A text as it is counted, and how often it was used, such as a search that was in vain."""

    text: str
    times: int


def families(wordings: Sequence[Wording]) -> list[list[Wording]]:
    """Return the wordings in families, each by how often it was used; the families by what comes to them in all."""
    led: list[list[Wording]] = []
    for wording in sorted(wordings, key=_by_count):
        family = next((each for each in led if likeness(each[0].text, wording.text) >= LEAST_LIKENESS), None)
        if family is None:
            led.append([wording])
        else:
            family.append(wording)
    return sorted(led, key=lambda family: (-sum(each.times for each in family), family[0].text))


def likeness(one: str, other: str) -> float:
    """Return how alike two wordings are written, from 0 to 1."""
    if sorted(NUMBERS.findall(one)) != sorted(NUMBERS.findall(other)):
        return 0.0
    as_written = OSA.normalized_similarity(one, other)
    in_order = OSA.normalized_similarity(" ".join(sorted(one.split())), " ".join(sorted(other.split())))
    return max(as_written, in_order)


def _by_count(wording: Wording) -> tuple[int, str]:
    return -wording.times, wording.text
