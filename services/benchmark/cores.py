"""Which cores of a machine a measured process has for itself, and which ones everybody else."""

import os
from typing import NamedTuple


class Cores(NamedTuple):
    """Which cores the api has, and which ones everybody else."""

    api: frozenset[int]
    others: frozenset[int]

    def told(self) -> dict[str, list[int]]:
        """Return them as a document has them."""
        return {name: sorted(cores) for name, cores in self._asdict().items() if cores}


def cores() -> Cores:
    """Return one core for the api and the rest for the others; none where there is but one, or it cannot be said."""
    ours = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return Cores(frozenset(ours[:1]), frozenset(ours[1:])) if len(ours) > 1 else Cores(frozenset(), frozenset())
