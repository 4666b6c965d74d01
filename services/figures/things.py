"""What was said of one thing of a customer's: an order, a complaint, a task, a contact, a trait, a consent, a visit."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from events.catalog import EVENTS
from events.catalog.consent import ErasureRequested, PersonErased
from events.catalog.contacts import ContactReceived
from events.catalog.customers import ReferralMade
from events.catalog.operations import ChecklistStepDone
from events.event import newest
from projections import PROJECTIONS
from projections._engine import queries
from projections._engine.as_of import Fact, facts_of
from projections._engine.declaration import Projection
from services.figures.figure import Asking, Because, Explained, Term, of, one_of, parts_of
from services.figures.folding import naming, speaking
from services.reports.contacts_of import MISSED_OF
from services.reports.counted_of import COUNTED_OF
from services.reports.customer import COMPLAINTS, page

NAMED: Mapping[str, Projection] = {each.name: each for each in PROJECTIONS}
VISITS = NAMED["visits"]
OF_VISIT = ("entered", "left", "store", "session")


def naming_the(field: str) -> Callable[[Asking], Explained]:
    """Return what explains a thing that events name in a field."""

    def explain(asking: Asking) -> Explained:
        return Explained((), naming(asking.facts, field, [one_of(asking, field)]))

    return explain


def contact(asking: Asking) -> Explained:
    """Return what was said of a contact of a plan; what nobody planned has an empty plan."""
    plan, name = parts_of(asking, ("plan", "contact"))
    events = naming(asking.facts, "contact", [name])
    return Explained((), [each for each in events if getattr(each.fact.envelope.data, "plan", "") == plan])


def open_complaints(asking: Asking) -> Explained:
    """Return the complaints that are open; where none is, how each of them was settled."""
    told = page(asking.connection, asking.subject, asking.now, [COMPLAINTS])["complaints"]
    waiting = [case for case in told if case["open"]]
    shown = waiting or told
    terms = [_complaint(case) for case in shown]
    terms.append(Term("Open complaints", len(waiting), sign="="))
    return Explained(terms, naming(asking.facts, "complaint", [case["complaint"] for case in shown]))


def _complaint(case: Mapping[str, Any]) -> Term:
    words = (case["cause"] or "complaint").replace("_", " ").capitalize()
    note = "open" if case["open"] else "resolved"
    return Term(words, int(case["open"]), sign="+", note=note, figure="complaint", of=case["complaint"])


def contacts(asking: Asking) -> Explained:
    """Return how often they turned to us: each contact counts once, however often it was heard of."""
    events = [Because(fact, 1) for fact in asking.facts if isinstance(fact.envelope.data, ContactReceived)]
    keys = {getattr(each.fact.envelope.data, "contact", "") for each in events}
    told = queries.row(asking.connection, COUNTED_OF, subject=asking.subject, now=asking.now)
    terms = [Term("Contacts", len(keys), sign="=", note="each counts once")]
    return Explained(terms, events, told["contacts"] == len(keys))


def forgotten(asking: Asking) -> Explained:
    """Return when they asked to be forgotten, and when it was done."""
    facts = [fact for fact in asking.facts if isinstance(fact.envelope.data, ErasureRequested | PersonErased)]
    return Explained((), [Because(fact) for fact in facts])


def missed_contacts(asking: Asking) -> Explained:
    """Return the planned contacts that nobody made, with what was said of each."""
    rows = queries.rows(asking.connection, MISSED_OF, subject=asking.subject, now=asking.now)
    missed = {(row["plan"], row["contact"]) for row in rows}
    events = speaking(NAMED["contact_plans"], asking.facts, lambda row: (row["plan"], row["contact"]) in missed)
    terms = [
        Term(
            row["purpose"] or row["contact"],
            1,
            sign="+",
            note=f"due on {row['due_on']}",
            figure="contact",
            of=of(row["plan"], row["contact"]),
        )
        for row in rows
    ]
    return Explained([*terms, Term("Missed", len(rows), sign="=")], events)


def consent(asking: Asking) -> Explained:
    """Return every word on a purpose and a channel; the last one counts."""
    purpose, channel = parts_of(asking, ("purpose", "channel"))
    events = speaking(
        NAMED["consents"], asking.facts, lambda row: (row["purpose"], row["channel"]) == (purpose, channel)
    )
    return Explained((), events, note="The last word counts.")


def trait(asking: Asking) -> Explained:
    """Return every word on a trait; the last one counts."""
    name = one_of(asking, "trait")
    events = speaking(NAMED["profile"], asking.facts, lambda row: name in row.get("traits", {}))
    return Explained((), events, note="The last word counts.")


def manager(asking: Asking) -> Explained:
    """Return since when somebody looks after them."""
    name = one_of(asking, "manager")
    return Explained((), naming(asking.facts, "manager", [name]))


def seen(asking: Asking) -> list[Because]:
    """Return what says that they were there, the first one first."""
    events = speaking(NAMED["profile"], asking.facts, lambda row: "last_seen" in row)
    return sorted(events, key=lambda each: each.fact.envelope.time)


def first_seen(asking: Asking) -> Explained:
    """Return the first thing that is known of them."""
    return Explained((), seen(asking)[:1], note="It is the first of everything that is known of them.")


def last_seen(asking: Asking) -> Explained:
    """Return the last thing that is known of them."""
    return Explained((), seen(asking)[-1:], note="It is the last of everything that is known of them.")


def visit(asking: Asking) -> Explained:
    """Return what happened within a visit."""
    entered, left, store, session = parts_of(asking, OF_VISIT)
    begin, end = datetime.fromisoformat(entered), datetime.fromisoformat(left)
    within = [fact for fact in asking.facts if begin <= fact.envelope.time <= end]
    return Explained((), speaking(VISITS, within, lambda row: (row["store"], row["session"]) == (store, session)))


def visits(asking: Asking) -> Explained:
    """Return everything that happened on visits, and how many visits that makes."""
    told = queries.row(asking.connection, COUNTED_OF, subject=asking.subject, now=asking.now)
    terms = [Term("Visits", told["visits"], sign="=", note="what came without a session is told apart by half hours")]
    return Explained(terms, speaking(VISITS, asking.facts, bool))


def wish(asking: Asking) -> Explained:
    """Return the searches for something that found nothing."""
    query = one_of(asking, "query")
    asked, facts = NAMED["unmet_demand"], asking.facts
    events = speaking(asked, facts, lambda row: row["query"] == query and row.get("without_result", 0) > 0)
    return Explained([Term("Searches in vain", len(events), sign="=")], events)


def checklist_step(asking: Asking) -> Explained:
    """Return what began a run of a checklist, and what was ticked off in it."""
    checklist, run, _ = parts_of(asking, ("checklist", "run", "step"))

    def holds(fact: Fact) -> bool:
        data: Any = fact.envelope.data
        if isinstance(data, ChecklistStepDone):
            return data.checklist == checklist and data.run == run
        return run in {getattr(data, "order", None), getattr(data, "complaint", None), getattr(data, "session", None)}

    return Explained((), [Because(fact) for fact in asking.facts if holds(fact)])


def link(asking: Asking) -> Explained:
    """Return everything that was said of two identifiers: the last word on their link, and of staff, counts."""
    one, other = parts_of(asking, ("one", "other"))
    types = [event.event_type for event in EVENTS if newest(event) in NAMED["identity"].handlers()]
    facts = facts_of(asking.connection, [one, other], asking.until, types)
    pair = tuple(sorted((one, other)))
    events = speaking(NAMED["identity"], facts, lambda row: (row["subject"], row["identifier"]) == pair)
    return Explained((), events, note="Of links and of what staff decided, the last word counts each.")


def identifiers(asking: Asking) -> Explained:
    """Return what says that identifiers are linked, taken back, or decided to be one person."""
    own = {*asking.identifiers, asking.person}
    events = speaking(NAMED["identity"], asking.facts, lambda row: {row["subject"], row["identifier"]} <= own)
    return Explained(
        [Term("Identifiers of one person", len(own), sign="=", note="their own number among them")], events
    )


def referral(asking: Asking) -> Explained:
    """Return what says that one of two customers brought in the other."""
    person = one_of(asking, "person")
    facts = [*asking.facts, *facts_of(asking.connection, [person], asking.until, [ReferralMade.event_type])]
    own = {*asking.identifiers, asking.person}

    def holds(fact: Fact) -> bool:
        pair = (fact.envelope.subject, getattr(fact.envelope.data, "referred", ""))
        return (pair[0] in own and pair[1] == person) or (pair[0] == person and pair[1] in own)

    return Explained((), [Because(fact) for fact in facts if holds(fact)])


def statement(asking: Asking) -> Explained:
    """Return everything that was said on a topic; of what contradicts itself, the last word counts."""
    kind, topic = parts_of(asking, ("kind", "topic"))
    kinds = {"likes", "dislikes"} if kind in {"likes", "dislikes"} else {kind}
    kinds = {"relation", "name", "birthday"} if kind == "family" else kinds
    events = speaking(NAMED["preferences"], asking.facts, lambda row: row["kind"] in kinds and row["topic"] == topic)
    return Explained((), events, note="Of what contradicts itself, the last word counts.")
