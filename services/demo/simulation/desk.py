"""The desk: who of the staff there is, and what follows from what else was told: promises, tasks, what came of them.

There are no dice in it. It is as the house's own reactions would have had it: a complaint is a promise and a task, and
passes up when nobody answers in time; a planned contact is a task on its day.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import NamedTuple, TypeVar

from events.catalog.complaints import ComplaintRaised, ComplaintReplied
from events.catalog.contacts import ContactMade, ContactPlanned, ContactSkipped
from events.catalog.customers import CustomerRegistered, ManagerAssigned
from events.catalog.promises import PromiseBroken, PromiseKept, PromiseMade
from events.catalog.staff import AuthoritySet, CoverArranged, PortfolioOpened
from events.catalog.tasks import TaskAssigned, TaskDone, TaskDropped, TaskOpened
from events.envelope import Envelope
from events.event import Event
from services.demo.simulation.cast import Shop
from services.demo.simulation.complaints import PROMISE_HOURS, STAFF
from services.demo.simulation.stage import Stage
from services.demo.simulation.ties import MANAGERS

PROMISED = timedelta(hours=PROMISE_HOURS)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
HEAD = MANAGERS[0]
LIMITS_MINOR = {HEAD: 10_000, **dict.fromkeys(MANAGERS[1:], 2_500), **dict.fromkeys(STAFF, 1_000)}
E = TypeVar("E", bound=Event)


class Case(NamedTuple):
    """A complaint: when it was raised, by whom, and the first reply to it, if there was one."""

    raised: Envelope
    complaint: ComplaintRaised
    reply: tuple[datetime, str] | None


def tell_desk(shop: Shop, stage: Stage, dice: Random) -> None:
    """Tell of the staff, and of the tasks and promises that all stories before this one lead to."""
    del dice
    life = sorted(stage.told.values(), key=lambda envelope: (envelope.time, envelope.id))
    names = {each.subject: told.name for each, told in _told(life, CustomerRegistered)}
    _tell_staff(shop, stage)
    managers = {each.subject: told.manager for each, told in _told(life, ManagerAssigned)}
    for case in _cases(life):
        _tell_answer(case, stage, names, managers)
    _tell_contacts(life, stage, names)


def _told(life: Iterable[Envelope], kind: type[E]) -> Iterable[tuple[Envelope, E]]:
    for envelope in life:
        if isinstance(envelope.data, kind):
            yield envelope, envelope.data


def _tell_staff(shop: Shop, stage: Stage) -> None:
    """Harriet is the head; each has a portfolio, and may decide up to so much alone. Ben was away in February."""
    currency = shop.best[0].last.currency
    for name, limit_minor in LIMITS_MINOR.items():
        above = "" if name == HEAD else HEAD
        email = f"{name}@shop.example"
        opened = PortfolioOpened(manager=name, name=name.title(), email=email, escalates_to=above, by=HEAD)
        stage.tell(stage.begin, f"staff:{name}", opened)
        authority = AuthoritySet(manager=name, limit_minor=limit_minor, currency=currency, by=HEAD)
        stage.tell(stage.begin + SECOND, f"staff:{name}", authority)
    away = stage.begin + 70 * DAY
    first, last = away.date(), (away + 13 * DAY).date()
    cover = CoverArranged(
        manager=MANAGERS[1], cover=HEAD, first_day=first, last_day=last, reason="holiday", by=MANAGERS[1]
    )
    stage.tell(away - 7 * DAY, f"staff:{MANAGERS[1]}", cover)


def _cases(life: Iterable[Envelope]) -> Iterable[Case]:
    """Yield the complaints, each with its first reply."""
    replies: dict[str, tuple[datetime, str]] = {}
    for envelope, reply in _told(life, ComplaintReplied):
        replies.setdefault(reply.complaint, (envelope.time, reply.by))
    for envelope, raised in _told(life, ComplaintRaised):
        yield Case(envelope, raised, replies.get(raised.complaint))


def _tell_answer(case: Case, stage: Stage, names: Mapping[str, str], managers: Mapping[str, str]) -> None:
    """Tell of the answer that is owed to a complaint."""
    subject, complaint = case.raised.subject, case.complaint
    name, about = f"answer:{complaint.complaint}", f"complaint:{complaint.complaint}"
    opened, due, by = case.raised.time + SECOND, case.raised.time + PROMISED, "reaction:complaint_opened"
    cause = case.raised.id
    made = PromiseMade(promise=name, kind="answer", due_at=due, about=about, store=complaint.store, by=by)
    stage.tell(opened, subject, made, cause)
    assignee = managers.get(subject) or (case.reply[1] if case.reply else STAFF[0])
    task = TaskOpened(
        task=name,
        title=f"Answer the complaint of {names.get(subject) or subject}",
        reason="complaint_opened",
        why=f"They complained because of {complaint.cause!r}, about order {complaint.order}.",
        due_at=due,
        assignee=assignee,
        about=about,
        store=complaint.store,
        by=by,
    )
    stage.tell(opened, subject, task, cause)
    replied, by_whom = case.reply or (None, "")
    if replied is None or replied > due:
        up = "reaction:promise_due"
        stage.tell(due + SECOND, subject, PromiseBroken(promise=name, by=up), cause)
        stage.tell(due + SECOND, subject, TaskAssigned(task=name, assignee=HEAD, reason="promise_broken", by=up), cause)
    else:
        stage.tell(replied + SECOND, subject, PromiseKept(promise=name, by="reaction:complaint_settled"), cause)
    if replied is not None:
        stage.tell(replied + SECOND, subject, TaskDone(task=name, outcome="replied", by=by_whom), cause)


def _tell_contacts(life: Iterable[Envelope], stage: Stage, names: Mapping[str, str]) -> None:
    """Tell of the tasks that planned contacts are on their days; of those that were made or left out ahead, none."""
    made: dict[tuple[str, str], datetime] = {}
    skipped: dict[tuple[str, str], datetime] = {}
    days: dict[tuple[str, str], list[tuple[Envelope, ContactPlanned]]] = defaultdict(list)
    for envelope, contact in _told(life, ContactMade):
        made.setdefault((contact.plan, contact.contact), envelope.time)
    for envelope, left_out in _told(life, ContactSkipped):
        skipped.setdefault((left_out.plan, left_out.contact), envelope.time)
    for envelope, planned in _told(life, ContactPlanned):
        days[planned.plan, planned.contact].append((envelope, planned))
    for key, each in days.items():
        envelope, planned = each[-1]
        day = datetime.combine(planned.due_on, time(), UTC)
        ends = [(at, end) for at, end in ((made.get(key), "made"), (skipped.get(key), "skipped")) if at is not None]
        if any(at < day for at, _ in ends):
            continue
        name, by = f"contact:{planned.plan}:{planned.contact}", "reaction:contact_due"
        who = names.get(envelope.subject) or envelope.subject
        task = TaskOpened(
            task=name,
            title=f"Contact {who} as planned: {planned.purpose.replace('_', ' ')}",
            reason="contact_due",
            why=f"The plan {planned.plan} asks for it by {planned.channel}.",
            due_at=day + DAY,
            assignee=planned.by,
            about=name,
            by=by,
        )
        stage.tell(day, envelope.subject, task, envelope.id)
        for at, end in ends[:1]:
            done = TaskDone(task=name, outcome="contacted", by=planned.by)
            left = TaskDropped(task=name, reason="left_out", by=planned.by)
            stage.tell(at + SECOND, envelope.subject, done if end == "made" else left, envelope.id)
