"""Answers that we owe: a complaint's rounds. A round begins when it is raised, or reopened after it had been resolved.

In each round an answer is promised, within the time that the policy said which was in force when it began; the clock
stands still while we wait for the customer. What is kept and what is broken is counted as the report ``complaints``
counts it: in working time, to the microsecond.

Reads `complaint_cases` and `policies`.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import LiteralString, NamedTuple

import msgspec

from projections._engine import queries
from services.promises.clock import Pause, due, elapsed
from services.promises.complaint import RANK, Step, standing
from services.promises.in_force import VERSIONS, Promises
from services.promises.promise import Promise
from services.reactions._engine.reaction import Action, Forget, Remind, Signal, World
from services.reactions.naming import name_of
from services.reactions.settings import Settings

AT_RISK, DUE, OVERDUE = "promise_at_risk", "promise_due", "promise_overdue"
WAITED = "waited_for_customer"
WHOLE = 100
SHORT = 12
MOMENT = timedelta(microseconds=1)

CASE: LiteralString = """
SELECT person, complaint, coalesce(store, '') AS store, coalesce(cause, '') AS cause,
       coalesce(channel, '') AS channel, coalesce("order", '') AS "order", steps
  FROM complaint_cases_of(%(subject)s) WHERE complaint = %(complaint)s
"""

_STEP = msgspec.json.Decoder(Step)


class Case(NamedTuple):
    """A complaint in one of its rounds; ``begun`` is when that began, ``answer`` names what is promised in it."""

    person: str
    complaint: str
    store: str
    cause: str
    channel: str
    order: str
    answer: str
    begun: datetime
    begun_by: str
    promise: Promise
    pauses: tuple[Pause, ...]
    replied: datetime | None
    resolved: datetime | None
    passed_to: tuple[str, ...]
    last: bool

    @property
    def about(self) -> str:
        """Return what tasks and promises are about."""
        return name_of("complaint", self.complaint)

    @property
    def settled(self) -> datetime | None:
        """Return when the answer was given: by a reply, or by the solution itself."""
        return min((at for at in (self.replied, self.resolved) if at is not None), default=None)

    @property
    def due(self) -> datetime | None:
        """Return by when the answer is due; None while the clock stands still."""
        return due(self.begun, self.promise.reply, self.promise.hours, self.pauses)

    def due_if_answered(self, answered: datetime) -> datetime | None:
        """Return by when the answer was due, where we wait for the customer until that time at the latest."""
        pauses = [pause if pause.end is not None else pause._replace(end=answered) for pause in self.pauses]
        return due(self.begun, self.promise.reply, self.promise.hours, pauses)

    def in_time(self, answered: datetime) -> bool:
        """Return whether an answer at that time is in time."""
        return elapsed(self.begun, answered, self.promise.hours, self.pauses) <= self.promise.reply

    def at_risk_from(self, settings: Settings) -> datetime | None:
        """Return from when on the answer is at risk; None while the clock stands still."""
        if self.due is None:
            return None
        spent: timedelta = self.promise.reply * (WHOLE - settings.at_risk_percent) / WHOLE
        return due(self.begun, spent, self.promise.hours, self.pauses)

    def reminders(self, subject: str, settings: Settings, now: datetime) -> Iterator[Action]:
        """Yield what is to be raised while the answer is owed, and forget what was to be raised before.

        The clock may have stood still since, so a reminder is named by how often it has: one that was raised and found
        nothing to say does not stand in the way of the next. What should have been raised before is raised now.
        """
        stood = len(self.pauses)
        for times in range(stood):
            yield from self._forget(times)
        at_risk, owed = self.at_risk_from(settings), self.due
        if self.settled is not None or at_risk is None or owed is None:
            yield from self._forget(stood)
            return
        detail = {"complaint": self.complaint, "answer": self.answer}
        for kind, at in ((AT_RISK, at_risk), (DUE, owed + MOMENT)):
            yield Remind(_key(self.answer, kind, stood), kind, subject, max(at, now), detail)

    def _forget(self, times: int) -> Iterator[Action]:
        for kind in (AT_RISK, DUE):
            yield Forget(_key(self.answer, kind, times))


def _key(answer: str, kind: str, times: int) -> str:
    return f"{answer}:{kind}:{times}"


def case_of(world: World, signal: Signal) -> Case | None:
    """Return the complaint that a signal names, in the round that it belongs to; None where nobody raised it.

    That is the round in which its event happened, or of which a reminder names the answer; else the last one.
    """
    now = max(world.now, signal.happened_at)
    found = queries.rows(world.connection, CASE, subject=signal.subject, complaint=signal.detail["complaint"])
    steps = sorted(_read(found[0]["steps"], now), key=_order) if found else []
    rounds = _rounds(steps)
    if not rounds:
        return None
    row = found[0]
    names = [_answer(row["complaint"], begin, number) for number, (begin, _) in enumerate(rounds)]
    place = _place(rounds, names, signal)
    begin, within = rounds[place]
    promises = Promises(queries.rows(world.connection, VERSIONS, now=now), now)
    told = {name: row[name] for name in ("person", "complaint", "store", "cause", "channel", "order")}
    return Case(
        **told,
        answer=names[place],
        begun=begin.at,
        begun_by=begin.event,
        promise=promises.at(row["store"], begin.at),
        pauses=_of_round(standing(row["steps"], now).pauses, rounds, place),
        replied=next((step.at for step in within if step.kind == "replied"), None),
        resolved=next((step.at for step in within if step.kind == "resolved"), None),
        passed_to=tuple(step.word for step in within if step.kind == "escalated"),
        last=place == len(rounds) - 1,
    )


Round = tuple[Step, Sequence[Step]]


def _read(written: Sequence[str], now: datetime) -> list[Step]:
    return [step for step in map(_STEP.decode, written) if step.at <= now]


def _order(step: Step) -> tuple[datetime, int, str]:
    return (step.at, RANK.get(step.kind, len(RANK)), step.event)


def _rounds(steps: Sequence[Step]) -> list[Round]:
    """Return the step that each round begins with, and its steps."""
    rounds: list[tuple[Step, list[Step]]] = []
    settled = False
    for step in steps:
        begins = not rounds if step.kind == "raised" else step.kind == "reopened" and settled and bool(rounds)
        if begins:
            rounds.append((step, []))
            settled = False
        if rounds:
            rounds[-1][1].append(step)
            settled = settled or step.kind == "resolved"
    return list(rounds)


def _answer(complaint: str, begin: Step, number: int) -> str:
    """Return the name of an answer; that of a later one says what reopened the complaint, in short."""
    if not number:
        return name_of("answer", complaint)
    return name_of("answer", complaint, sha256(begin.event.encode("utf-8", "surrogatepass")).hexdigest()[:SHORT])


def _place(rounds: Sequence[Round], names: Sequence[str], signal: Signal) -> int:
    if signal.detail.get("answer") in names:
        return names.index(signal.detail["answer"])
    for place, (_, within) in enumerate(rounds):
        if any(step.event == signal.event_id for step in within):
            return place
    return len(rounds) - 1


def _of_round(pauses: Sequence[Pause], rounds: Sequence[Round], place: int) -> tuple[Pause, ...]:
    """Return the pauses that began in a round."""
    begin = rounds[place][0].at
    end = rounds[place + 1][0].at if place + 1 < len(rounds) else None
    return tuple(pause for pause in pauses if pause.begin >= begin and (end is None or pause.begin < end))
