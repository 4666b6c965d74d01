"""Accepts messages: the events of the good ones go onto the log, the rest is kept with the reason, and then we answer.

Nobody is told that a message is accepted before the log has its events durably, nor that one is refused before it is
kept. Where either cannot be had the whole request is unavailable: sending it again is safe, and changes nothing for
what did get through.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from events.envelope import Envelope
from events.errors import BadEvent, Fault
from events.log import Outcome as Appended
from events.log import Receipt
from services.ingest.counting import Counts, Tallies, Violations, against
from services.ingest.group_commit import GroupCommit
from services.ingest.recent import Recent, hashed
from services.ingest.sent import Sent
from services.ingest.source import Protocol, Source
from services.ingest.tracking_plan import Plan
from services.ingest.verdict import Outcome, Place, Refused, Verdict

UNREAD = "unread"
SAME_ID = BadEvent(Fault.CONFLICT, "message id", "was used before, for a message that says something else")


class Came(NamedTuple):
    """How and when some messages came."""

    source: Source
    protocol: Protocol
    origin: str
    received_at: datetime


class _Held(NamedTuple):
    """A message whose events go onto the log, as from ``first`` in what is appended."""

    place: int
    key: int
    first: int


class Acceptor:
    """Accepts messages. One event loop uses it; ``log`` and ``kept`` make events and refused messages durable."""

    def __init__(
        self,
        log: GroupCommit[Envelope, Receipt],
        kept: GroupCommit[Refused, int],
        plan_of: Callable[[Source], Plan | None],
    ) -> None:
        """Use these; ``plan_of`` finds the tracking plan of a source."""
        self._log = log
        self._kept = kept
        self._plan_of = plan_of
        self._recent = Recent()
        self.counts = Counts()

    async def accept(self, came: Came, messages: Sequence[Sent]) -> list[Verdict]:
        """Return what became of each message. Raises Unavailable, and then nothing is known of any of them."""
        verdicts: list[Verdict | None] = [None] * len(messages)
        violations: Violations = Counter()
        held, envelopes = self._sorted(came, messages, verdicts, violations)
        receipts = await self._log.keep(envelopes)
        for each in held:
            sent = messages[each.place]
            events = sent.events if not isinstance(sent.events, BadEvent) else ()
            own = receipts[each.first : each.first + len(events)]
            verdicts[each.place] = verdict = _verdict(sent.message_id, events, own)
            if verdict.outcome is not Outcome.CONFLICT:
                self._recent.remember(each.key, sent.content)
        found = [verdict for verdict in verdicts if verdict is not None]
        await self._keep(came, messages, found)
        self.counts.add(_tallies(came, messages, found), violations)
        return found

    def _sorted(
        self, came: Came, messages: Sequence[Sent], verdicts: list[Verdict | None], violations: Violations
    ) -> tuple[list[_Held], list[Envelope]]:
        """Give the messages that need no appending their verdicts, and return the others with their events."""
        plan, day = self._plan_of(came.source), came.received_at.date()
        held: list[_Held] = []
        envelopes: list[Envelope] = []
        here: dict[int, int] = {}
        for place, sent in enumerate(messages):
            events = sent.events
            if isinstance(events, BadEvent):
                verdicts[place] = Verdict(sent.message_id, Outcome.REJECTED, error=events)
                continue
            if not events:
                verdicts[place] = Verdict(sent.message_id, Outcome.IGNORED)
                continue
            key = hashed(sent.scope, sent.message_id)
            known = self._recent.known(key, sent.content)
            if known is None and key in here:
                known = Outcome.DUPLICATE if here[key] == sent.content else Outcome.CONFLICT
            if known is not None:
                error = SAME_ID if known is Outcome.CONFLICT else None
                verdicts[place] = Verdict(sent.message_id, known, error=error)
                continue
            if plan is not None and (error := against(came.source.name, day, plan, events, violations)):
                verdicts[place] = Verdict(sent.message_id, Outcome.REJECTED, error=error)
                continue
            here[key] = sent.content
            held.append(_Held(place, key, len(envelopes)))
            envelopes += events
        return held, envelopes

    async def _keep(self, came: Came, messages: Sequence[Sent], verdicts: list[Verdict]) -> None:
        """Keep what could not be accepted, and note under what number."""
        places = [place for place, verdict in enumerate(verdicts) if verdict.error is not None]
        rows = await self._kept.keep([_refused(came, messages[place], verdicts[place]) for place in places])
        for place, row in zip(places, rows, strict=True):
            verdicts[place] = verdicts[place]._replace(row=row)


def _tallies(came: Came, messages: Sequence[Sent], verdicts: Sequence[Verdict]) -> Tallies:
    name, day = came.source.name, came.received_at.date()
    return Counter((name, day, _type(sent), verdict.outcome) for sent, verdict in zip(messages, verdicts, strict=True))


def _type(sent: Sent) -> str:
    if isinstance(sent.events, BadEvent):
        return UNREAD
    return sent.events[0].data.event_type if sent.events else ""


def _verdict(message_id: str, events: Sequence[Envelope], receipts: Sequence[Receipt]) -> Verdict:
    outcomes = {receipt.outcome for receipt in receipts}
    places = [
        Place(event.id, receipt.partition, receipt.offset) for event, receipt in zip(events, receipts, strict=True)
    ]
    if Appended.CONFLICT in outcomes:
        at = next(
            place for place, receipt in zip(places, receipts, strict=True) if receipt.outcome is Appended.CONFLICT
        )
        reason = (
            f"was used before: {at.partition}@{at.offset} of the log is an event {at.id!r} that says something else"
        )
        return Verdict(message_id, Outcome.CONFLICT, places, BadEvent(Fault.CONFLICT, "message id", reason))
    outcome = Outcome.STORED if Appended.STORED in outcomes else Outcome.DUPLICATE
    return Verdict(message_id, outcome, places)


def _refused(came: Came, sent: Sent, verdict: Verdict) -> Refused:
    if verdict.error is None:
        raise AssertionError
    return Refused(
        came.source.name,
        came.protocol,
        came.origin,
        verdict.message_id,
        verdict.outcome,
        verdict.error,
        sent.body,
        came.received_at,
    )
