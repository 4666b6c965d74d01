"""Oddities: what cannot have been so, or not all of it. Events that contradict each other, and how they count.

Reads `orders`, `complaint_cases`, `preferences`, `profile`, `purchases`, and the `timeline` where there is one. Sources
err, and events come late and in any order; nothing is refused or mended for it. Each kind below has a rule in words,
and says how such events are folded nevertheless: which event came to us first never matters, since every rule compares
what the events say. A case is a person and a thing of theirs: an order, a complaint, a birthday, a currency. It lies in
the period, and by the clock, where ``at`` does. There are at most ``limit`` cases of each kind, the latest first, each
with the ids of its events.

What it does not see: a case that later events set right, such as a complaint that was resolved before it was opened and
once more after; of an order's parcels any but the first that was sent and the first that arrived; of a complaint's
questions, answers, reopenings and confirmations any but the first; a contradiction between people whose identifiers
nobody has linked, for whom an order of somebody else is unknown. Of a store, only what tells its store is asked; an
order and a complaint are each row by row of the store that their first event named.

Quantities and amounts that cannot be (negative, nothing, beyond all bounds) are refused at the door, or parked if they
got to the log by another way: they are folded nowhere, and counted while nobody has settled them. That count is always
today's, of no store, and its events are what the sender called them, or the place on the log.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from projections._engine import queries
from projections._engine.registry import Connection
from services.reports import words
from services.reports.odd_sources import COMPLAINTS, EVENTS, FUTURE, MONEY, ORDERS, REFUSED, SAID, Source, odd_in
from services.reports.report import Answer, BadQuestion, Question, Report


class Rule(NamedTuple):
    """A kind of oddity: where to look, what must hold there, when it was, of which events, and what it means."""

    kind: str
    source: Source
    holds: str
    at: str
    events: tuple[str, ...]
    meaning: str
    folded: str


ORDER, WAY = "regulars.order.", "regulars.fulfilment."
PLACED, CANCELLED, PAID = f"{ORDER}placed", f"{ORDER}cancelled", f"{ORDER}payment_received"
AMENDED, SHIPPED = f"{ORDER}amended", f"{WAY}shipment_dispatched"
DELIVERED, RETURNED = f"{WAY}order_delivered", f"{WAY}return_accepted"
OPENED = "regulars.complaint.raised"
REPLIED, RESOLVED, ASKED, ANSWERED, REOPENED, CONFIRMED, *_ = STEPS = tuple(
    f"regulars.complaint.{step}"
    for step in ("replied", "resolved", "waiting", "answered_by_customer", "reopened", "confirmed", "acknowledged",
                 "gesture_offered", "escalated", "satisfaction_rated")
)  # fmt: skip
BIRTHDAYS = tuple(f"regulars.customer.{told}" for told in ("registered", "traits_changed", "family_member_named"))
PRICED = (PLACED, AMENDED, CANCELLED, PAID, RETURNED)

# fmt: off
RULES: tuple[Rule, ...] = (
    Rule("delivered_before_shipped", ORDERS, "delivered < shipped", "delivered", (SHIPPED, DELIVERED),
         "The first parcel arrived before the first one was sent.", "Both times are kept as they were told."),
    Rule("delivered_before_ordered", ORDERS, "delivered < ordered", "delivered", (PLACED, DELIVERED),
         "It arrived before it was ordered.", "Both times are kept as they were told."),
    Rule("cancelled_and_delivered", ORDERS, "cancelled IS NOT NULL AND delivered IS NOT NULL",
         "greatest(cancelled, delivered)", (CANCELLED, DELIVERED), "It was called off, and arrived.",
         "The cancellation comes off the revenue; the delivery stays."),
    Rule("placed_twice", ORDERS, "times_placed > 1", "ordered", (PLACED,),
         "One order number was placed more than once, by events of different ids.",
         "Revenue counts every one; as an order it is one, and costs what the latest said."),
    Rule("two_currencies", ORDERS, "one_currency < other_currency", "coalesce(returned, cancelled, ordered)", PRICED,
         "An order's events tell amounts in several currencies.",
         "Revenue counts each amount in its own currency; the order's sums do not tell them apart."),
    Rule("refund_over_value", ORDERS, "times_placed > 0 AND returned_minor > total_minor", "returned",
         (PLACED, AMENDED, RETURNED), "More was refunded than the order cost by its latest word.",
         "The whole refund comes off the revenue, which it may leave below zero."),
    Rule("unknown_order_returned", ORDERS, "times_placed = 0 AND returned IS NOT NULL", "returned", (RETURNED,),
         "Something came back of an order that this person never placed, as far as we heard.",
         "The refund comes off their revenue."),
    Rule("unknown_order_delivered", ORDERS, "times_placed = 0 AND delivered IS NOT NULL", "delivered", (DELIVERED,),
         "An order arrived that this person never placed, as far as we heard.", "It is an order without a price."),
    Rule("refunded_more_than_bought", MONEY, "returned_minor > spend_minor", "returned", (RETURNED,),
         "A known customer was refunded more in a currency than they ever ordered in it.",
         "Their net revenue is below zero, and the report of the best customers counts them apart."),
    Rule("resolved_before_opened", COMPLAINTS, "resolved < opened", "resolved", (OPENED, RESOLVED),
         "A complaint was last resolved before it was first raised.", "It counts as resolved, unless it was reopened."),
    Rule("replied_before_opened", COMPLAINTS, "first_reply < opened", "first_reply", (OPENED, REPLIED),
         "A complaint was answered before it was raised.", "The promise counts as kept."),
    Rule("complaint_never_opened", COMPLAINTS, "opened IS NULL", "coalesce(first_reply, resolved, reopened, other)",
         STEPS, "Something is told of a complaint that this person never raised, as far as we heard.",
         "It is kept and counts nowhere, until its beginning is told."),
    Rule("answered_unasked", COMPLAINTS, "answered < asked OR (answered IS NOT NULL AND asked IS NULL)", "answered",
         (ASKED, ANSWERED), "A customer answered a question of ours on a complaint before we first asked one.",
         "No time comes off the promise for it: we had not waited."),
    Rule("reopened_before_resolved", COMPLAINTS, "first_reopened < first_resolved OR (first_reopened IS NOT NULL AND"
         " first_resolved IS NULL)", "first_reopened", (RESOLVED, REOPENED),
         "A complaint was reopened before it was first resolved.",
         "It stays open until a later resolution, and does not count as reopened."),
    Rule("confirmed_before_resolved", COMPLAINTS, "confirmed < first_resolved OR (confirmed IS NOT NULL AND"
         " first_resolved IS NULL)", "confirmed", (RESOLVED, CONFIRMED),
         "A customer said that a complaint is solved before we first held it for resolved.",
         "It is resolved when we say so."),
    Rule("birthday_is_no_day", SAID, "no_day", "last_stated", BIRTHDAYS,
         "A birthday is no day of the calendar, such as 30 February, or not written as one.",
         "It is kept as it was said, and never comes up; the latest word on it counts."),
    Rule("from_the_future", FUTURE, "last_seen > %(now)s", "last_seen", (),
         "Somebody's events happened after the clock's now.",
         "They are folded at their time, and reports by the clock count them once it gets there."),
)
# fmt: on
IMPOSSIBLE = Rule(
    "impossible_quantity", REFUSED, "", "", (), "A quantity, an amount or a count that cannot be.", "It is not folded."
)
SOURCES = tuple(dict.fromkeys(rule.source for rule in RULES))


def answer(connection: Connection, question: Question) -> Answer:
    """Return how many cases of how many kinds there are; the kinds with their rules, and cases with their events."""
    chosen = [rule for rule in (*RULES, IMPOSSIBLE) if question.about in {None, rule.kind}]
    if not chosen:
        kinds = ", ".join(rule.kind for rule in (*RULES, IMPOSSIBLE))
        message = f"about: there is no oddity {question.about!r}; there are: {kinds}."
        raise BadQuestion(message)
    found = list(_found(connection, question, chosen))
    counted = {row["kind"]: row["cases"] for row in found}
    events = _events(connection, question, found)
    told = [
        {"kind": rule.kind, "cases": counted.get(rule.kind, 0), "rule": rule.meaning, "folded": rule.folded}
        for rule in chosen
    ]
    return Answer(
        {"cases": sum(counted.values()), "kinds": len(counted)},
        {
            "kinds": sorted(told, key=lambda kind: (-kind["cases"], kind["kind"])),
            "cases": [
                {**{name: row[name] for name in ("kind", "person", "about", "at")}, "events": listed}
                for row, listed in zip(found, events, strict=True)
            ],
        },
    )


def _found(connection: Connection, question: Question, chosen: Sequence[Rule]) -> Iterator[dict[str, Any]]:
    """Yield the cases of the chosen rules, each with the count of its kind; a source is read once."""
    for source in SOURCES:
        rules = [(rule.kind, rule.holds, rule.at) for rule in chosen if rule.source is source]
        if rules:
            yield from queries.rows(connection, odd_in(source, rules), **question.parameters())
    if IMPOSSIBLE in chosen and question.store is None:
        yield from queries.rows(connection, REFUSED.rows, **question.parameters(), kind=IMPOSSIBLE.kind)


def _events(connection: Connection, question: Question, found: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Return the ids of the events of each case, in the order in which they happened; without a timeline none."""
    known = queries.row(connection, "SELECT to_regclass('timeline') IS NOT NULL AS there")["there"]
    rules = {rule.kind: rule for rule in RULES}
    told: dict[int, list[str]] = {number: row["events"] for number, row in enumerate(found) if "events" in row}
    for source in SOURCES if known else ():
        cases = [(number, row) for number, row in enumerate(found) if row["kind"] in rules]
        own = [(number, row) for number, row in cases if rules[row["kind"]].source is source]
        asked = {
            "numbers": [number for number, _ in own],
            "persons": [row["person"] for _, row in own],
            "things": [row["about"] for _, row in own],
            "types": [" ".join(rules[row["kind"]].events) for _, row in own],
        }
        for row in queries.rows(connection, EVENTS.format(which=source.events), **asked, now=question.now):
            told[row["number"]] = row["events"]
    return [told.get(number, []) for number in range(len(found))]


def headline(_question: Question, answer: Answer) -> str:
    """Say how many contradictions there are, and of which kind most."""
    if not answer.figures["cases"]:
        return "No two events contradict each other."
    most = answer.tables["kinds"][0]
    cases = words.counted(answer.figures["cases"], "contradiction")
    kinds = words.counted(answer.figures["kinds"], "kind")
    return f"{cases} of {kinds}; most: {most['kind'].replace('_', ' ')}, {most['cases']:,}."


ODDITIES = Report(
    "oddities",
    "Oddities",
    ("orders", "complaint_cases", "preferences", "profile", "purchases"),
    answer,
    about="a kind of oddity, such as two_currencies",
    headline=headline,
)
