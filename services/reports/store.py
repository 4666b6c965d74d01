"""One store against the whole: its regulars, its unmet wishes, its pairs, its complaints; or all stores side by side.

Reads `purchases`, `products_bought`, `unmet_demand`, `complaint_cases`, `policies`. With a store it tells of that one,
and of the whole beside it in figures named ``whole_…``; without, ``stores`` has one row for each. A person is one,
under whatever identifier. Orders, customers and returns count in every currency, money in the one that is asked for.

* Revenue is net: what was ordered, with amendments, less what was cancelled and sent back, by anybody, known or not;
  ``revenue_share`` is of all stores'. ``returned_share`` is what came back, of what was ordered, in money and in the
  period: some of it was ordered before. A return counts where it was accepted.
* Customers are known ones with an order there; regulars have three or more there; ``only_here_share`` of the customers
  ordered in no other store. Of a regular, ``here_share`` is the part of what they ordered anywhere that they ordered
  here: their share of wallet between our stores, and not what they spend at others'.
* Wishes: searches that found nothing, as a share of all searches of the store, against the same share in all other
  stores together. ``index`` is the one over the other (the index number of market research: 1 is as elsewhere), and has
  no value where nobody elsewhere asked in vain; ``excess`` is how many such searches there are here beyond what
  elsewhere's share would make, and puts them in order. ``elsewhere_found`` counts searches of the same elsewhere that
  found something: where there are any, another store may have it.
* Pairs: of the store's customers, how many bought both of two products, whenever and in whichever store, as neither
  products nor baskets are kept by store. Of the 100 products that most of them bought, charges and vouchers aside, the
  pairs that five or more bought both of and that go together, by the evidence (log-likelihood ratio, Dunning 1993).
  ``lift`` is c·n/(a·b), of n customers of whom a bought the one, b the other and c both (Brin, Motwani, Ullman and Tsur
  1997); ``whole_lift`` is the same of the customers of all stores, and ``lift_ratio`` the one over the other.
* Complaints count where and when they were opened; ``kept_share`` of those that are settled got their first reply as
  it was promised when they were opened: see the report `complaints`, which counts the same.

Stores differ in what they sell and to whom: a figure that stands out is a question to ask there, and no verdict.
"""

from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

from psycopg.rows import dict_row

from projections._engine import queries
from projections._engine.registry import Connection
from projections.unmet_demand import REGULAR_ORDERS
from services.associations.orders import NO_GOODS
from services.promises.in_force import VERSIONS, Promises
from services.reports import words
from services.reports.associations import measures
from services.reports.complaints import CASES
from services.reports.complaints_counted import BROKEN, KEPT, measured
from services.reports.report import Answer, Question, Report
from services.reports.store_queries import PAIRS, PAIRS_EVERYWHERE, REGULARS, STORES, WISHES

PRODUCTS = 100
LEAST_CUSTOMERS = 5

Row = dict[str, Any]

NOTHING = (
    *("orders", "gross_minor", "net_minor", "returns", "returned_minor", "customers", "regulars", "regulars_minor"),
    *("only_here", "searches", "without_result", "complaints", KEPT, BROKEN),
)


def answer(connection: Connection, question: Question) -> Answer:
    """Return figures of the store and of the whole, and tables: stores, regulars, wishes and pairs of the store."""
    asked = question.parameters() | {"regular_orders": REGULAR_ORDERS}
    counted = _counted(connection, question, asked)
    whole = counted.pop(None)
    stores = {name: _told(row, whole) for name, row in counted.items()}
    if question.store is None:
        tables: dict[str, list[Row]] = {"regulars": [], "wishes": [], "pairs": []}
        listed = [{"store": name} | row for name, row in stores.items()]
        return Answer({"stores": len(stores)} | _told(whole, whole), {"stores": listed[: question.limit]} | tables)
    here = stores.get(question.store, _told(dict.fromkeys(NOTHING, 0), whole))
    beside = {f"whole_{name}": value for name, value in _told(whole, whole).items()}
    return Answer(
        {"stores": len(stores)} | here | beside,
        {
            "stores": [{"store": question.store} | here],
            "regulars": queries.rows(connection, REGULARS, **asked),
            "wishes": queries.rows(connection, WISHES, **asked),
            "pairs": _pairs(connection, asked)[: question.limit],
        },
    )


def _counted(connection: Connection, question: Question, asked: Row) -> dict[str | None, Row]:
    """Return the counts of every store, the one that brings most first, and of them all together under None."""
    complained = _complained(connection, question)
    found: dict[str | None, Row] = {None: {}, **{store: {} for store in complained}}
    for row in queries.rows(connection, STORES, **asked):
        found[None if row["whole"] else row["store"]] = row
    told = {store: dict.fromkeys(NOTHING, 0) | row | complained.get(store, {}) for store, row in found.items()}
    return dict(sorted(told.items(), key=lambda item: (-item[1]["net_minor"], item[0] or "")))


def _complained(connection: Connection, question: Question) -> dict[str | None, Counter[str]]:
    """Return how many complaints each store had, and how their promises of a reply stand; all together under None."""
    promises = Promises(queries.rows(connection, VERSIONS, now=question.now), question.now)
    counts: dict[str | None, Counter[str]] = defaultdict(Counter)
    everywhere = replace(question, store=None, about=None).parameters()
    with connection.cursor("complaints_by_store", row_factory=dict_row) as cursor:
        for row in cursor.execute(CASES, everywhere):
            each = measured(row, promises, question.now)
            for store in (each.store, None):
                counts[store].update(("complaints", each.reply.state))
    return counts


def _told(row: Row, whole: Row) -> Row:
    """Return a store's counts and shares; a share of nothing is none."""
    return {
        "orders": row["orders"],
        "orders_share": _part(row["orders"], whole["orders"]),
        "net_minor": row["net_minor"],
        "revenue_share": _part(row["net_minor"], whole["net_minor"]),
        "customers": row["customers"],
        "regulars": row["regulars"],
        "regulars_revenue_share": _part(row["regulars_minor"], row["net_minor"]),
        "only_here_share": _part(row["only_here"], row["customers"]),
        "returns": row["returns"],
        "returned_share": _part(row["returned_minor"], row["gross_minor"]),
        "searches": row["searches"],
        "in_vain_share": _part(row["without_result"], row["searches"]),
        "complaints": row["complaints"],
        "complaints_per_100_orders": _part(100 * row["complaints"], row["orders"]),
        "kept_share": _part(row[KEPT], row[KEPT] + row[BROKEN]),
    }


def _part(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None


def _pairs(connection: Connection, asked: Row) -> list[Row]:
    """Return the pairs that go together here, by evidence, and how much they do so everywhere."""
    limits = {"no_goods": sorted(NO_GOODS), "products": PRODUCTS, "least_customers": LEAST_CUSTOMERS}
    found = [row | _measured(row) for row in queries.rows(connection, PAIRS, **asked, **limits)]
    found = sorted((row for row in found if row["lift"] > 1), key=_strongest)[: asked["limit"]]
    sides = {"one": [row["product"] for row in found], "two": [row["other"] for row in found]}
    everywhere = {
        (row["product"], row["other"]): _measured(row)["lift"]
        for row in queries.rows(connection, PAIRS_EVERYWHERE, **asked, **sides)
    }
    return [row | _against(row["lift"], everywhere[row["product"], row["other"]]) for row in found]


def _measured(row: Row) -> Row:
    counts = (row["both_customers"], row["product_customers"], row["other_customers"], row["customers"])
    measured = measures(*counts)
    return {name: measured[name] for name in ("lift", "log_likelihood_ratio")}


def _strongest(row: Row) -> tuple[float, str, str]:
    return -row["log_likelihood_ratio"], row["product"], row["other"]


def _against(lift: float, whole_lift: float) -> Row:
    return {"whole_lift": whole_lift, "lift_ratio": lift / whole_lift}


def headline(question: Question, answer: Answer) -> str:
    """Say what the store brings and what stands out there, or which store brings most."""
    figures, stores = answer.figures, answer.tables["stores"]
    if question.store is None:
        return _side_by_side(question, answer)
    (here,) = stores
    if not here["orders"]:
        return f"Nothing was ordered in the store “{_line(question.store)}”."
    share = "" if here["revenue_share"] is None else f", {words.share(here['revenue_share'])} of all"
    revenue = f"{words.money(here['net_minor'], question.currency)}{share}"
    customers = f"{words.counted(here['customers'], 'customer')}, {here['regulars']:,} of them regulars"
    told = [f"“{_line(question.store)}” brings {revenue}, from {customers}"]
    told += [f"“{_line(wish['query'])}” is sought there in vain" for wish in answer.tables["wishes"][:1]]
    if here["complaints"]:
        rate, whole = here["complaints_per_100_orders"], figures["whole_complaints_per_100_orders"]
        told.append(f"{rate:.1f} complaints come with 100 orders, {whole:.1f} in all stores")
    return f"{'; '.join(told)}."


def _side_by_side(question: Question, answer: Answer) -> str:
    figures, stores = answer.figures, answer.tables["stores"]
    if not figures["orders"]:
        return "Nothing was ordered in any store."
    revenue = words.money(figures["net_minor"], question.currency)
    best = stores[0]
    if figures["stores"] == 1:
        customers = f"{words.counted(best['customers'], 'customer')}, {best['regulars']:,} of them regulars"
        rate = f"{best['complaints_per_100_orders']:.1f} complaints come with 100 orders"
        return f"There is one store, “{_line(best['store'])}”: it brings {revenue}, from {customers}; {rate}."
    share = "most" if best["revenue_share"] is None else words.share(best["revenue_share"])
    return f"Of {figures['stores']:,} stores “{_line(best['store'])}” brings most, {share} of {revenue}."


def _line(text: str) -> str:
    return text.replace("\n", " ")


STORE = Report(
    "store",
    "One store against the whole",
    ("purchases", "products_bought", "unmet_demand", "complaint_cases", "policies"),
    answer,
    headline=headline,
)
