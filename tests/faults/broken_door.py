"""A front door that is broken on purpose: it answers at once, and stores what it answered for a little later."""

import asyncio
from collections.abc import Sequence
from typing import TypeVar, cast

from events.envelope import Envelope
from events.log import Outcome, Receipt, partition_of
from services.ingest.group_commit import GroupCommit, Unavailable
from tests.faults.ground import PARTITIONS

Item = TypeVar("Item")
Answer = TypeVar("Answer")

LATER_SECONDS = 0.5
FAR = 2**40
"""The place that it makes up: readers who look up to there would see all that is stored."""


class AnswersFirst(GroupCommit[Item, Answer]):
    """Gathers for the log what it has answered for already."""

    async def keep(self, items: Sequence[Item]) -> Sequence[Answer]:
        """Return answers for events that nobody has stored."""
        if not all(isinstance(item, Envelope) for item in items):
            return await super().keep(items)
        if self.away:
            raise Unavailable(self.away)
        loop = asyncio.get_running_loop()
        loop.call_later(LATER_SECONDS, lambda: loop.create_task(self._stored(items)))
        subjects = [item.subject for item in items if isinstance(item, Envelope)]
        made_up = [Receipt(Outcome.STORED, partition_of(subject, PARTITIONS), FAR) for subject in subjects]
        return cast("list[Answer]", made_up)

    async def _stored(self, items: Sequence[Item]) -> None:
        await super().keep(items)
