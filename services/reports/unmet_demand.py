"""Unmet demand: what is searched for in vain, who asks, what it costs us, and what can be done about it.

Reads `unmet_demand`, `purchases`, `catalogue`, `product_pairs`, `products_bought`, `consents`. Without a period it
tells of the last 30 days by the clock. A wish is a query as it is counted, case and white space aside; it was in vain
where it had no result. People are persons: all identifiers that are known to be one.

* Trend: searches in vain in the period and in the one before it, which is as long.
* Regulars: known customers with three orders or more, whenever; they come first among those who ask.
* Sales at stake: people who asked in vain in the period and, from their last asking until 7 days later, ordered nothing
  at all, each with their usual order value: what they ever ordered in this currency, by their number of orders, whole
  minor units. Who never ordered is counted as a person and with no money. Who asked less than 7 days before the clock
  is too early to tell. It is what stands at stake, and no loss that anybody measured: some came for nothing else, and
  some would have bought nothing anyway. In the figures everybody counts once, by their last asking for anything.
* Nearest: products of the catalogue (where nothing was ever listed, what was sold) whose name has a stretch that is
  like the query by its trigrams: pg_trgm's word_similarity of at least 0.4. Told of the first 50 wishes, where the
  database has that extension; ``nearest_by`` says so.
* Families: of the 300 wishes that were most often in vain those that are likely one, written in several ways: at least
  85 % alike by edits, in any order of the words. See ``spelling``.
* Now carried: of the same 300, those of which every word begins a word in the name of a product that was put on offer
  first, or came in last, after people had asked in vain in the period: as many people to tell as have not bought it
  since, and how many of them allow us ``personal_offers`` on any channel. Of the products of a wish the newest three.
"""

from typing import Any

from projections._engine import queries
from projections._engine.registry import Connection
from projections.unmet_demand import REGULAR_ORDERS, normalised
from services.reports import words
from services.reports.carried import Carried, Product
from services.reports.period import bounded
from services.reports.report import Answer, Question, Report, Row
from services.reports.spelling import Wording, families
from services.reports.unmet_asked import ASKERS, CATALOGUE, NEAREST, TO_TELL, TRIGRAMS, WISHES

LOOKED_AT_WISHES = 300
NEAREST_WISHES = 50
PRODUCTS_A_WISH = 3
WITHOUT_TRIGRAMS = "nothing: this database has not the extension pg_trgm"


def answer(connection: Connection, question: Question) -> Answer:
    """Return figures over all that was asked in vain, and tables: by wish, who asked for one, and what to do."""
    asked = bounded(question) | {"regular_orders": REGULAR_ORDERS}
    asked["about"] = None if question.about is None else normalised(question.about)
    ranked = queries.rows(connection, WISHES, **asked, most=max(question.limit, LOOKED_AT_WISHES))
    whole, *wishes = ranked
    likely = [Wording(row["query"], row["without_result"]) for row in wishes[:LOOKED_AT_WISHES]]
    nearest = _nearest(connection, asked, [row["query"] for row in wishes[: min(question.limit, NEAREST_WISHES)]])
    return Answer(
        {
            "first_day": asked["begin"],
            "last_day": asked["end"],
            **{name: whole[name] for name in FIGURES},
            "nearest_by": WITHOUT_TRIGRAMS if nearest is None else "trigrams",
        },
        {
            "wishes": [{"query": row["query"], **{name: row[name] for name in BY_WISH}} for row in wishes][
                : question.limit
            ],
            "askers": [] if asked["about"] is None else queries.rows(connection, ASKERS, **asked),
            "nearest": nearest or [],
            "families": _families(likely)[: question.limit],
            "now_carried": _now_carried(connection, asked, likely)[: question.limit],
        },
    )


BY_WISH = (
    *("without_result", "without_result_before", "change", "askers", "regulars"),
    *("at_stake_people", "at_stake_minor", "too_early_people", "last_asked"),
)
FIGURES = ("wishes", *BY_WISH[:-1])


def _nearest(connection: Connection, asked: dict[str, Any], wishes: list[str]) -> list[dict[str, Any]] | None:
    """Return the products that are called most like each wish; None where the database cannot tell."""
    if not queries.row(connection, TRIGRAMS)["there"]:
        return None
    return queries.rows(connection, NEAREST, **asked, wishes=wishes, most=PRODUCTS_A_WISH)


def _families(wishes: list[Wording]) -> list[dict[str, Any]]:
    return [
        {
            "wish": family[0].text,
            "without_result": sum(each.times for each in family),
            "spellings": [each.text for each in family],
        }
        for family in families(wishes)
        if len(family) > 1
    ]


def _now_carried(connection: Connection, asked: dict[str, Any], wishes: list[Wording]) -> list[dict[str, Any]]:
    """Return the products that came after they were asked for, with how many people there are to tell."""
    carried = Carried(Product(**row) for row in queries.rows(connection, CATALOGUE, **asked))
    found = [(wish.text, each) for wish in wishes for each in carried.named(wish.text)[:PRODUCTS_A_WISH]]
    return queries.rows(
        connection,
        TO_TELL,
        **asked,
        wishes=[wish for wish, _ in found],
        products=[each.product for _, each in found],
        names=[each.name for _, each in found],
        since=[each.since for _, each in found],
    )


def headline(question: Question, answer: Answer) -> str:
    """Say how much is asked for in vain, what most, and what stands at stake."""
    figures, wishes = answer.figures, answer.tables["wishes"]
    if not wishes:
        return f"Nothing was searched for in vain from {figures['first_day']} to {figures['last_day']}."
    money = words.money(figures["at_stake_minor"], question.currency)
    return (
        f"{words.counted(figures['askers'], 'person', 'people')} searched in vain, most for “{_said(wishes[0])}”;"
        f" {figures['at_stake_people']:,} of them bought nothing in the week after, whose usual orders"
        f" come to {money}."
    )


def _said(wish: Row) -> str:
    return str(wish["query"]).replace("\n", " ")


UNMET_DEMAND = Report(
    "unmet_demand",
    "Unmet demand",
    ("unmet_demand", "purchases", "catalogue", "product_pairs", "products_bought", "consents"),
    answer,
    about="a query, to see who asked for it",
    headline=headline,
)
