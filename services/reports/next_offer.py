"""Next offer: the three best next products or gestures for one customer now, with reasons; and what became of offers.

Reads `products_bought`, `purchases`, `complaint_cases`, `consents`, `offers`, `preferences`, and what
``regulars associations mine`` found: habits and companions, as of the last mining, also where a past is asked for.

* The chance that the customer's next order holds a product is added up from their habit, from the company of what they
  bought, and from its popularity: see the formula and its sources in services/associations/chances. Products that
  were mined can be offered, so none that is newer than the last mining. ``regulars evaluate next-offer`` says how often
  the same formula foresees an order that it has not seen.
* Silent, with the reason: a complaint of theirs is open; they have not consented to the purpose `profiling`, or took it
  back, or wish to be forgotten; they refused three offers within 30 days and took none.
* Answers flow back: a refused product rests for 90 days, and its chance is halved for each refusal; one that was shown
  three times in vain rests for 30 days; one that was taken, for 7.
* A product whose name or category speaks of a stated like or need, as whole words, counts half as much again, and the
  best of those has the last place where it has none; what is disliked is not offered.
* A birthday within 14 days is a gesture, once a year, where they consented to the purpose `birthday_card`.

It counts all stores and all time: offers are not kept by store or day, so it refuses both.

Without a customer it tells what became of offers by what spoke for them: ``taken_share`` is of the things shown, of
which some were perhaps never read. It is no experiment: who was offered a thing may have bought it anyway.
"""

from projections._engine import queries
from projections._engine.registry import Connection
from services.associations.choosing import choose
from services.reports import words
from services.reports.next_offer_evidence import EVIDENCE
from services.reports.report import Answer, Question, Report

# What became of offers, by their kind and what last spoke for them.
ANSWERS = """
SELECT kind, coalesce(shown_for, '') AS reason, count(*) AS things, count(DISTINCT person) AS customers,
       sum(shown)::bigint AS shown, sum(taken)::bigint AS taken, sum(refused)::bigint AS refused,
       (count(*) FILTER (WHERE taken > 0))::float8 / count(*) AS taken_share,
       (count(*) FILTER (WHERE refused > 0))::float8 / count(*) AS refused_share
  FROM offers_by_person WHERE shown > 0
 GROUP BY kind, coalesce(shown_for, '') ORDER BY shown DESC, kind, reason LIMIT %(limit)s
"""

TOTALS = """
SELECT count(*) AS offered_things, coalesce(sum(shown), 0)::bigint AS shown, coalesce(sum(taken), 0)::bigint AS taken,
       coalesce(sum(refused), 0)::bigint AS refused, count(DISTINCT person) AS customers
  FROM offers_by_person
"""


def answer(connection: Connection, question: Question) -> Answer:
    """Return the offers for the customer asked about, or what became of all offers."""
    if question.about is None:
        answers = queries.rows(connection, ANSWERS, **question.parameters())
        return Answer(queries.row(connection, TOTALS), {"answers": answers})
    chosen = choose(queries.row(connection, EVIDENCE, subject=question.about, now=question.now))
    return Answer(
        {"customer": question.about, "silent": chosen.silent, "words": chosen.words},
        {"offers": [offer._asdict() for offer in chosen.offers]},
    )


def headline(_question: Question, answered: Answer) -> str:
    """Return the best offer and its reason, or how many offers were taken."""
    figures = answered.figures
    if "customer" not in figures:
        shown = words.counted(figures["shown"], "offer")
        return f"{shown} shown to {words.counted(figures['customers'], 'customer')}, {figures['taken']:,} taken."
    for offer in answered.tables["offers"]:
        return f"{offer['name']}: {offer['words']}"
    return str(figures["words"])


NEXT_OFFER = Report(
    "next_offer",
    "Next offer",
    ("products_bought", "purchases", "complaint_cases", "consents", "offers", "preferences"),
    answer,
    "A customer, by any identifier of theirs, such as customer:42.",
    headline,
    "offers",
)
