"""Signals, told again: which events raise one, and what it says; what is said once is of the first event only."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from tests.oracle.facts import Fact
from tests.oracle.findings import Findings
from tests.oracle.stored import Stored

HALF_HOUR_MICROSECONDS = 30 * 60 * 1_000_000
LONGEST_QUERY_CHARACTERS = 200
WEB = "web"

Told = dict[str, Any]


class Rule(NamedTuple):
    """The projection that raises a signal, its kind, and its details with what stands for those that are not said."""

    projection: str
    kind: str
    fields: Mapping[str, str]


class Wanted(NamedTuple):
    """A signal that an event raises; ``once`` is what is said once, or else nothing."""

    projection: str
    kind: str
    detail: Told
    once: str | None = None


RULES: Mapping[str, Rule] = {
    "regulars.complaint.raised.v1": Rule("complaint_cases", "complaint_opened", {"complaint": "", "order": ""}),
    "regulars.complaint.replied.v1": Rule("complaint_cases", "complaint_replied", {"complaint": "", "by": ""}),
    "regulars.complaint.waiting.v1": Rule("complaint_cases", "complaint_waiting", {"complaint": ""}),
    "regulars.complaint.answered_by_customer.v1": Rule("complaint_cases", "complaint_answered", {"complaint": ""}),
    "regulars.complaint.resolved.v1": Rule("complaint_cases", "complaint_resolved", {"complaint": "", "outcome": ""}),
    "regulars.complaint.confirmed.v1": Rule("complaint_cases", "complaint_confirmed", {"complaint": ""}),
    "regulars.complaint.reopened.v1": Rule("complaint_cases", "complaint_reopened", {"complaint": "", "reason": ""}),
    "regulars.complaint.escalated.v1": Rule(
        "complaint_cases", "complaint_escalated", {"complaint": "", "to": "", "reason": "", "by": ""}
    ),
    "regulars.complaint.satisfaction_rated.v1": Rule(
        "complaint_cases", "complaint_rated", {"complaint": "", "rating": ""}
    ),
    "regulars.contact.planned.v1": Rule("contact_plans", "contact_planned", {"plan": "", "contact": "", "due_on": ""}),
    "regulars.contact.skipped.v1": Rule("contact_plans", "contact_skipped", {"plan": "", "contact": ""}),
    "regulars.operation.stock_arrived.v1": Rule(
        "catalogue", "stock_arrived", {"product": "", "store": WEB, "quantity": ""}
    ),
    "regulars.operation.checklist_step_done.v1": Rule(
        "checklist_steps", "checklist_step_done", {"checklist": "", "run": "", "step": "", "store": WEB}
    ),
    "regulars.order.placed.v2": Rule("orders", "order_placed", {"order": "", "store": WEB}),
    "regulars.fulfilment.shipment_dispatched.v1": Rule("orders", "order_shipped", {"order": "", "store": WEB}),
    "regulars.fulfilment.order_delivered.v1": Rule("orders", "order_delivered", {"order": "", "store": WEB}),
    "regulars.visit.started.v1": Rule("visits", "visit_started", {"session": "", "store": WEB}),
}


def contact_made(fact: Fact) -> Wanted | None:
    """Return that a contact was made, if it was planned."""
    if not fact.data.get("plan"):
        return None
    return Wanted("contact_plans", "contact_made", {name: fact.data[name] for name in ("plan", "contact")})


def searched(fact: Fact) -> Wanted | None:
    """Return that somebody found nothing."""
    if fact.data["result_count"]:
        return None
    query, store = fact.data["query"], fact.data.get("store", WEB)
    wish = " ".join(query.casefold().split())[:LONGEST_QUERY_CHARACTERS]
    told = {"query": query[:LONGEST_QUERY_CHARACTERS], "store": store}
    return Wanted("unmet_demand", "searched_in_vain", told, f"{fact.day}:{store}:{wish}")


def looked(fact: Fact) -> Wanted | None:
    """Return that somebody whom we know looks around."""
    if not fact.subject.startswith("customer:"):
        return None
    half_hour = fact.time // HALF_HOUR_MICROSECONDS
    return Wanted("visits", "offer_moment", {"store": fact.data.get("store", WEB)}, str(half_hour))


SPECIAL: Mapping[str, Callable[[Fact], Wanted | None]] = {
    "regulars.contact.made.v1": contact_made,
    "regulars.search.performed.v2": searched,
    "regulars.visit.page_viewed.v1": looked,
    "regulars.visit.product_viewed.v1": looked,
}


PROJECTION_OF = {rule.kind: rule.projection for rule in RULES.values()} | {
    "contact_made": "contact_plans",
    "searched_in_vain": "unmet_demand",
    "offer_moment": "visits",
}
"""The projection that raises each kind; of one that nobody raises there should be no signal at all."""


def raised_by(fact: Fact) -> Wanted | None:
    """Return the signal that an event raises, if it does."""
    if special := SPECIAL.get(fact.type):
        return special(fact)
    if rule := RULES.get(fact.type):
        told = {name: str(fact.data.get(name, usual)) for name, usual in rule.fields.items()}
        return Wanted(rule.projection, rule.kind, told)
    return None


class Raised(NamedTuple):
    """A signal where its event lies."""

    partition: int
    offset: int
    fact: Fact
    wanted: Wanted


def check_signals(stored: Stored, projections: Mapping[str, object], told: list[Raised], findings: Findings) -> None:
    """Hold the outbox to tell all that was news, once, and nothing that is on no log.

    What was history to a table may have been told by the one before it; and of what is said once, any may have been
    the first, where the outbox was cleared of the one before.
    """
    expected: dict[tuple[str, str, str], tuple[int, Told]] = {}
    groups: dict[tuple[str, ...], set[tuple[str, str, str]]] = {}
    owed: list[tuple[str, ...]] = []
    for each, group in _reached(stored, projections, told):
        fact, wanted = each.fact, each.wanted
        signal = (fact.id, wanted.kind, fact.subject)
        expected[signal] = (fact.time, wanted.detail)
        groups.setdefault(group, set()).add(signal)
        if each.offset >= stored.checkpoints[stored.tables[wanted.projection]][each.partition].signals_from:
            owed.append(group)
    seen: set[tuple[str, str, str]] = set()
    for event_id, kind, subject, time, detail in stored.signals:
        if PROJECTION_OF.get(kind, "") not in {"", *projections}:
            continue
        signal = (event_id, kind, subject)
        if signal in seen:
            findings.note("signals", f"{kind} of event {event_id!r} is told twice")
        elif signal not in expected:
            findings.note("signals", f"{kind} of event {event_id!r} for {subject!r}: nothing on the log says so")
        elif expected[signal] != (time, detail):
            findings.note("signals", f"{kind} of event {event_id!r} says {detail}, and not {expected[signal][1]}")
        seen.add(signal)
    _check_owed(owed, groups, seen, findings)


def _reached(
    stored: Stored, projections: Mapping[str, object], told: list[Raised]
) -> Iterator[tuple[Raised, tuple[str, ...]]]:
    """Yield the signals that lie below the position of their table, with what makes them one."""
    for each in told:
        wanted = each.wanted
        if wanted.projection not in projections:
            continue
        at = stored.checkpoints.get(stored.tables[wanted.projection], {}).get(each.partition)
        if at is None or each.offset >= at.next_offset:
            continue
        subject, once = each.fact.subject, wanted.once
        yield each, (wanted.kind, subject, "once", once) if once is not None else (wanted.kind, subject, each.fact.id)


def _check_owed(
    owed: list[tuple[str, ...]],
    groups: Mapping[tuple[str, ...], set[tuple[str, str, str]]],
    seen: set[tuple[str, str, str]],
    findings: Findings,
) -> None:
    """Hold each signal that was news to have been told, and what is said once to have been told once."""
    for group in sorted(set(owed)):
        told = len(groups[group] & seen)
        event_id = min(groups[group])[0]
        if not told:
            findings.note("signals", f"{group[0]} of event {event_id!r} was never told")
        elif told > 1:
            findings.note("signals", f"{group[0]} of event {event_id!r} is told {told} times, and counts once")
