"""Why this is the next offer: what speaks for it, part by part, and the customer's own orders, words and answers."""

from collections.abc import Iterator, Mapping
from typing import Any

from events.catalog.consent import ConsentGiven, ConsentWithdrawn
from projections._engine import queries
from projections._engine.as_of import Fact
from services.associations.chances import MILLION, Buyer, Market, chance
from services.associations.choosing import choose, evidence_of
from services.figures.figure import Asking, BadOf, Because, Explained, Figure, Term, one_of
from services.figures.folding import said
from services.figures.products import BOUGHT
from services.figures.things import NAMED
from services.reports.next_offer_evidence import EVIDENCE, GESTURE_PURPOSE, PURPOSE

BIRTHDAY = "birthday"
READS = ("products_bought", "offers", "preferences", "consents", "purchases", "complaint_cases")


def next_offer(asking: Asking) -> Explained:
    """Return the chance that their next order holds it, with its parts; a gesture has none."""
    thing = one_of(asking, "thing")
    known = queries.row(asking.connection, EVIDENCE, subject=asking.subject, now=asking.now)
    offer = next((each for each in choose(known).offers if each.thing == thing), None)
    if offer is None:
        message = f"of: {thing[:64]!r} is not offered to them just now: open their page for what is."
        raise BadOf(message)
    row = next((each for each in known["candidates"] if each["product"] == thing), None)
    terms = [] if row is None else _parts(known, row)
    events = list(_events(asking, thing, "" if row is None else row["because"] or ""))
    shown = terms[3].value if terms else None
    equal = None if shown is None else min(1.0, shown) == offer.chance_share
    return Explained(terms, events, equal, offer.words)


def _parts(known: Mapping[str, Any], row: Mapping[str, Any]) -> list[Term]:
    buyer = Buyer(known["orders"], known["history"])
    market = Market(known["repeats"], known["chances"], known["recent_orders"])
    parts = chance(evidence_of(row), buyer, market, known["now"])
    ordered = f"{row['orders']:,} of their {max(known['orders'], row['orders']):,} orders held it"
    because = f"what else they bought, such as {row['because_name'] or row['because']}" if row["because"] else ""
    together = f"{because}: {row['company_ppm'] / MILLION / max(1, known['history']):.1%} on average" if because else ""
    recent = f"in {row['recent']:,} of {known['recent_orders']:,} orders of the last 30 days"
    terms = [
        Term("Habit", parts.habit, "%", note=ordered),
        Term("Bought together", parts.company, "%", "+", together),
        Term("Popular", parts.popularity, "%", "+", recent),
        Term("The chance that their next order holds it", parts.whole, "%", "="),
    ]
    if refused := row["refused"] or 0:
        terms.append(Term("Refused before", 0.5**refused, "%", "×", f"{refused} times, each halves it"))  # noqa: RUF001
    return terms


def _events(asking: Asking, thing: str, because: str) -> Iterator[Because]:
    for fact in asking.facts:
        if note := _speaks(fact, thing, because):
            yield Because(fact, note=note)


def _speaks(fact: Fact, thing: str, because: str) -> str:
    """Return in which way an event speaks for an offer; nothing where it does not."""
    products = {row["product"] for row in said(BOUGHT, fact)}
    if thing in products:
        return "they ordered it"
    if because in products:
        return "they ordered what goes with it"
    if any(row["thing"] == thing for row in said(NAMED["offers"], fact)):
        return "it was offered before"
    purpose = GESTURE_PURPOSE if thing == BIRTHDAY else PURPOSE
    match fact.envelope.data:
        case ConsentGiven() | ConsentWithdrawn() as word if word.purpose in {"", purpose}:
            return "their consent"
        case _:
            pass
    stated = said(NAMED["preferences"], fact)
    if any(_is_of(row, thing) for row in stated):
        return "what they said of themselves"
    return ""


def _is_of(row: Mapping[str, Any], thing: str) -> bool:
    kind = row["kind"]
    return (kind == BIRTHDAY and not row["topic"]) if thing == BIRTHDAY else kind in {"likes", "needs"}


FIGURES = (
    Figure(
        "next_offer",
        "The next offer",
        "What speaks for it: their own orders, what goes with them, and what is popular.",
        READS,
        next_offer,
        ("thing",),
    ),
)
