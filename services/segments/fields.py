"""What a rule can ask of a customer: every field, in one table.

A field has a name, a kind, its meaning in words, the source of its rows (see ``sources``) and the SQL expression it
stands for, over a row ``{s}`` of that source. Where the source has no row of a customer, the expression is NULL unless
it says otherwise, and a test of what is not known does not hold.
"""

from enum import StrEnum
from typing import LiteralString, NamedTuple


class Kind(StrEnum):
    """What a field holds, and so what can be asked of it."""

    NUMBER = "number"
    MONEY = "money"
    SHARE = "share"
    DATE = "date"
    TEXT = "text"
    FLAG = "flag"
    THING = "thing"


class Field(NamedTuple):
    """A field: ``phrase`` says it in a sentence, with its ``unit``; ``denied`` is how a flag is said not to hold.

    A thing's source is a query of persons, which asks for ``{values}``. Texts are compared without regard to case, but
    for ids, which are not ``folded``.
    """

    name: str
    kind: Kind
    meaning: str
    phrase: str
    source: str
    sql: LiteralString
    unit: str = ""
    denied: str = ""
    folded: bool = True


NUMBER, MONEY, SHARE, DATE, TEXT, FLAG, THING = Kind

# Of the clock's own day only the day may be known, so nothing lies ahead; of what never was nothing is known.
_DAYS_SINCE: LiteralString = """
CASE WHEN {s}.{column} IS NOT NULL
     THEN greatest(0, floor(extract(epoch FROM %(now)s::timestamptz - {s}.{column}) / 86400)) END
"""

FIELDS = (
    Field("orders", NUMBER, "orders placed, ever", "the number of orders", "buying", "coalesce({s}.orders, 0)"),
    Field(
        "orders_12_months",
        NUMBER,
        "orders placed in the last 12 months",
        "the number of orders in the last 12 months",
        "buying",
        "coalesce({s}.orders_12_months, 0)",
    ),
    Field("returns", NUMBER, "returns accepted, ever", "the number of returns", "buying", "coalesce({s}.returns, 0)"),
    Field(
        "last_order_days",
        NUMBER,
        "whole days since the last order",
        "the time since the last order",
        "buying",
        _DAYS_SINCE.replace("{column}", "last_order"),
        unit="days",
    ),
    Field(
        "first_order_days",
        NUMBER,
        "whole days since the first order",
        "the time since the first order",
        "buying",
        _DAYS_SINCE.replace("{column}", "first_order"),
        unit="days",
    ),
    Field("last_order", DATE, "the last order's day", "the last order", "buying", "{s}.last_order::date"),
    Field("first_order", DATE, "the first order's day", "the first order", "buying", "{s}.first_order::date"),
    Field("net_total", MONEY, "net revenue, ever", "net revenue in all", "money", "coalesce({s}.net_minor, 0)"),
    Field(
        "net_12_months",
        MONEY,
        "net revenue of the last 12 months",
        "net revenue of the last 12 months",
        "money",
        "coalesce({s}.net_12_months_minor, 0)",
    ),
    Field(
        "net_90_days",
        MONEY,
        "net revenue of the last 90 days",
        "net revenue of the last 90 days",
        "money",
        "coalesce({s}.net_90_days_minor, 0)",
    ),
    Field(
        "average_order",
        MONEY,
        "what was ordered, by the number of orders",
        "the average order",
        "money",
        "{s}.spend_minor::numeric / nullif({s}.orders, 0)",
    ),
    Field(
        "returned_share",
        SHARE,
        "what was cancelled and sent back, of what was ordered, in the currency of the report",
        "the share cancelled or sent back",
        "spent",
        "({s}.spend_minor - {s}.net_minor)::numeric / nullif({s}.spend_minor, 0)",
    ),
    Field(
        "tier",
        TEXT,
        "the value tier: top, high, middle, rest, or none without an order in the last 12 months",
        "the value tier",
        "tier",
        "coalesce({s}.tier, 'none')",
    ),
    Field(
        "dial",
        NUMBER,
        "the volume dial of the last month that has one, 0 to 100",
        "the volume dial",
        "dial",
        "{s}.dial",
    ),
    Field(
        "probability_alive",
        SHARE,
        "how likely they still are a customer, by the last dial",
        "the probability that they still are a customer",
        "dial",
        "{s}.alive_ppm / 1000000.0",
    ),
    Field(
        "expected_12_months",
        MONEY,
        "expected spend of 12 months, by the last dial",
        "the spend expected of 12 months",
        "dial_in",
        "{s}.expected_12_minor",
    ),
    Field("country", TEXT, "the trait country", "the country", "traits", "{s}.country"),
    Field("language", TEXT, "the trait language", "the language", "traits", "{s}.language"),
    Field(
        "first_seen_days",
        NUMBER,
        "whole days since anything was first known of them",
        "the time since they were first seen",
        "seen",
        _DAYS_SINCE.replace("{column}", "first_seen"),
        unit="days",
    ),
    Field(
        "last_seen_days",
        NUMBER,
        "whole days since anything was last heard of them",
        "the time since they were last seen",
        "seen",
        _DAYS_SINCE.replace("{column}", "last_seen"),
        unit="days",
    ),
    Field(
        "searches_in_vain",
        NUMBER,
        "searches that found nothing",
        "the number of searches in vain",
        "searches",
        "coalesce({s}.in_vain, 0)",
    ),
    Field(
        "complaints",
        NUMBER,
        "complaints raised",
        "the number of complaints",
        "complaints",
        "coalesce({s}.complaints, 0)",
    ),
    Field(
        "complaint_open",
        FLAG,
        "whether a complaint is open",
        "a complaint is open",
        "complaints",
        "{s}.open",
        denied="no complaint is open",
    ),
    Field(
        "brought_in",
        NUMBER,
        "whom they are said to have brought in",
        "the number of people they brought in",
        "referrals",
        "coalesce({s}.brought_in, 0)",
    ),
    Field("bought", THING, "a product, by its id", "they bought", "bought", "", folded=False),
    Field(
        "bought_category", THING, "a category of the catalogue", "they bought of the category", "bought_category", ""
    ),
    Field("bought_in", THING, "a store", "they ordered in the store", "bought_in", "", folded=False),
    Field("likes", THING, "what they said they like: the topic, or what about it", "they like", "likes", ""),
    Field("dislikes", THING, "what they said they dislike", "they dislike", "dislikes", ""),
    Field("needs", THING, "a need that they stated", "they need", "needs", ""),
)

BY_NAME = {field.name: field for field in FIELDS}
