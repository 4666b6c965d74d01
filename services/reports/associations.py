"""Associations: what is bought together, in a basket and over time, and longer rules.

Reads `product_pairs`, `products_bought`, `purchases`, and the rules that ``regulars associations mine``
found. It counts all stores and all time: pairs are not kept by store or day, so it refuses both; the report `store` has
the pairs of one store's customers. A basket is an order as it was placed.

Of c that hold both, a that hold X, b that hold Y, and n in all (baskets, or customers over time):

* support c/n; confidence c/a, of X that Y goes with it, and back c/b; lift c·n/(a·b), 1 where they have nothing to do
  with each other (Agrawal, Imieliński and Swami 1993; Brin, Motwani, Ullman and Tsur 1997).
* Log-likelihood ratio: how strong the evidence is, whichever way it points, twice the sum over the two-by-two table of
  k·ln(k / expected) (Dunning 1993). Above 10.8 chance would do it once in a thousand pairs; of very many pairs some do.
* Pairs: live; baskets of more than 50 different products are wholesale and left out. The direction is that of the
  higher confidence. LEAST_BASKETS baskets at least hold both.
* Over time: who bought X bought Y, too, in any orders; for the product asked about, else for the three of most baskets.
  Of the 200 others that most of them bought, those of the strongest evidence. ``product_first`` and ``other_first`` say
  how many had the one before the other; the rest bought both for the first time in one order.
* Rules: who buys all of the antecedent buys the consequent, with a support and a confidence of at least what was asked
  for on mining. They are as of ``mined_positions`` of the log, not of now, also where a past is asked for.
"""

from collections.abc import Iterable
from math import log
from typing import Any

from projections import product_pairs, products_bought
from projections._engine import queries
from projections._engine.registry import Connection
from services.reports import words
from services.reports.report import Answer, Question, Report

LEAST_BASKETS = 5
SEEDS = 3
CONSIDERED = 200

Row = dict[str, Any]

COUNTED = "SELECT baskets, too_large FROM product_pairs WHERE product = '' AND other = ''"

SEED = """
SELECT product FROM product_pairs WHERE product = other AND product <> '' ORDER BY baskets DESC, product LIMIT %(seeds)s
"""

NAMES = "SELECT product, product_name FROM product_pairs WHERE product = ANY (%(products)s) AND other = product"

MINED = """
SELECT mined_at, next_offsets, baskets AS mined_baskets, least_baskets, least_confidence,
       (SELECT count(*) FROM rule) AS rules
  FROM mining
"""

RULES = """
SELECT antecedent, consequent, both_baskets, antecedent_baskets, consequent_baskets, m.baskets
  FROM rule CROSS JOIN mining AS m
 WHERE %(about)s::text IS NULL OR antecedent @> ARRAY[%(about)s::text] OR consequent = %(about)s
 ORDER BY place LIMIT %(limit)s
"""


def answer(connection: Connection, question: Question) -> Answer:
    """Return pairs by evidence, what is bought over time, and the rules by lift."""
    about, limit = question.about, question.limit
    pairs = product_pairs.strongest_pairs(connection, product=about, least_baskets=LEAST_BASKETS, limit=limit)
    seeds = [about] if about else [row["product"] for row in queries.rows(connection, SEED, seeds=SEEDS)]
    over_time = _over_time(connection, seeds, limit)
    rules = queries.rows(connection, RULES, **question.parameters())
    mentioned = {product for rule in rules for product in (*rule["antecedent"], rule["consequent"])}
    mentioned |= {product for row in over_time for product in (row["product"], row["other"])}
    names = {row["product"]: row["product_name"] for row in queries.rows(connection, NAMES, products=list(mentioned))}
    return Answer(
        _figures(connection),
        {
            "pairs": [_pair(row) for row in pairs],
            "over_time": [_named(row, names) for row in over_time],
            "rules": [_rule(row, names) for row in rules],
        },
    )


def measures(both: int, one: int, other: int, whole: int) -> dict[str, float]:
    """Return support, confidence both ways, lift and log-likelihood ratio of counts; see above."""
    return {
        "support_share": both / whole,
        "confidence_share": both / one,
        "confidence_back_share": both / other,
        "lift": both * whole / (one * other),
        "log_likelihood_ratio": _log_likelihood_ratio(both, one, other, whole),
    }


def _log_likelihood_ratio(both: int, one: int, other: int, whole: int) -> float:
    cells = (
        (both, one, other),
        (one - both, one, whole - other),
        (other - both, whole - one, other),
        (whole - one - other + both, whole - one, whole - other),
    )
    return 2 * sum(cell * log(cell * whole / (row * column)) for cell, row, column in cells if cell > 0)


def _figures(connection: Connection) -> Row:
    counted = queries.rows(connection, COUNTED)
    figures: Row = counted[0] if counted else {"baskets": 0, "too_large": 0}
    for mined in queries.rows(connection, MINED):
        offsets = mined.pop("next_offsets")
        positions = ",".join(f"{partition}:{offset}" for partition, offset in enumerate(offsets))
        figures |= mined | {"mined_positions": positions}
    return figures


def _pair(row: Row) -> Row:
    """Return a pair with its shares named so, the antecedent of its stronger direction first."""
    turned = row["confidence_back"] > row["confidence"]
    one, other = ("other", "product") if turned else ("product", "other")
    told = {
        "product": row[one],
        "other": row[other],
        "product_name": row[f"{one}_name"],
        "other_name": row[f"{other}_name"],
        "both_baskets": row["both_baskets"],
        "product_baskets": row[f"{one}_baskets"],
        "other_baskets": row[f"{other}_baskets"],
        "support_share": row["support"],
        "confidence_share": max(row["confidence"], row["confidence_back"]),
        "confidence_back_share": min(row["confidence"], row["confidence_back"]),
    }
    return told | {name: row[name] for name in ("lift", "log_likelihood_ratio")}


def _over_time(connection: Connection, seeds: Iterable[str], limit: int) -> list[Row]:
    found: list[Row] = []
    for product in seeds:
        for row in products_bought.also_bought(connection, product, CONSIDERED):
            counts = (row["both_customers"], row["product_customers"], row["other_customers"], row["customers"])
            found.append({"product": product, **row, **measures(*counts)})
    found.sort(key=lambda row: (-row["log_likelihood_ratio"], row["product"], row["other"]))
    return found[:limit]


def _named(row: Row, names: dict[str, str | None]) -> Row:
    product, other = row["product"], row["other"]
    return {
        "product": product,
        "other": other,
        "product_name": names.get(product),
        "other_name": names.get(other),
        **{name: value for name, value in row.items() if name not in {"product", "other"}},
    }


def _rule(row: Row, names: dict[str, str | None]) -> Row:
    counts = (row["both_baskets"], row["antecedent_baskets"], row["consequent_baskets"], row.pop("baskets"))
    return {
        "antecedent_names": [names.get(product) or product for product in row["antecedent"]],
        "consequent_name": names.get(row["consequent"]) or row["consequent"],
        **row,
        **measures(*counts),
    }


def headline(_question: Question, answered: Answer) -> str:
    """Return the pair of the strongest evidence."""
    for pair in answered.tables["pairs"]:
        one, other = pair["product_name"] or pair["product"], pair["other_name"] or pair["other"]
        confidence = words.share(pair["confidence_share"])
        return (
            f"{confidence} of the baskets with {one} hold {other}, too: {pair['lift']:.1f} times as many as by chance."
        )
    return "No two products were bought together often enough."


ASSOCIATIONS = Report(
    "associations",
    "Associations",
    ("product_pairs", "products_bought", "purchases"),
    answer,
    "A product, by its id: pairs and rules with it, and what its customers also buy.",
    headline,
    "pairs",
)
