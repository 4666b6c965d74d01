"""Share of customer: what customers spend with us in a year, of what they could.

Reads `purchases`, `products_bought`, `catalogue`, `wallets`. Of known customers who ever ordered in the currency or
told us of a wallet in it; a person's identifiers are one.

* Spend of a year: net revenue of the period, which is the last 365 days unless another is asked for, times 365 over the
  days of the period since the house's first order, 28 at least. A house, or a period, of less than a year is scaled to
  one; a customer of less than a year is not.
* Wallet: what they say they spend in a year with whomever, where they said so of everything; the latest word counts,
  however old (`stated`). Else the estimate, or the sum of what they said of single categories where that is more
  (`stated_in_parts`). It is never less than what they spend with us.
* Estimate: the 90th percentile of the yearly spend with us of peers who bought in the period, the least that nine in
  ten of them do not exceed, the customer among them. Peers spend most in the same two categories, in the same order
  (`peers_of_both`); where those are fewer than 30, most in the same one (`peers_of_first`); else they are all customers
  (`all`). That a wallet is a high quantile of what similar customers spend is the "realistic wallet" of Perlich,
  Rosset, Lawrence and Zadrozny, High-quantile modeling for customer wallet estimation (KDD 2007), here with groups for
  neighbours. It says what such a customer could spend with us, not what is in their purse: where nobody is served well,
  it is low.
* Share: spend over wallet. The gap is what is left of the wallet.
* Bought elsewhere: a category in which they say they spend more than they do with us; else one that at least half of
  the best-served buy from us in the period, those who reach the estimate of the customer's peers, and the customer does
  not, at the median of what those who do spend in it. It may also be that they do not want it.
* Spend by category is of products' lines, before discounts, shipping and returns, and in one currency; of a product
  that was bought both within and without the period it is spread evenly between its first and its last purchase. The
  categories `charge` and `voucher`, as the import files postage and gift vouchers, are no goods. A category is what the
  house lists, else what orders say. A store narrows the spend and the estimate, not the categories and not the wallets.
* `about` names a customer, by any identifier.
"""

from typing import Any

from projections._engine import queries
from projections._engine.registry import Connection
from services.reports import words
from services.reports.period import bounded
from services.reports.report import Answer, Question, Report
from services.reports.wallet_estimates import SHOWN

YEAR_DAYS = 365
LEAST_COVERED_DAYS = 28
LEAST_PEERS = 30
LEAST_PERCENT = 50
NO_GOODS = ["charge", "voucher"]

FIRST_DAY = """
SELECT min(day) AS day FROM purchases
 WHERE currency = %(currency)s AND orders > 0 AND (%(store)s::text IS NULL OR store = %(store)s)
"""

PERSON = "SELECT coalesce((SELECT person FROM person_of WHERE identifier = %(about)s), %(about)s::text) AS person"


def answer(connection: Connection, question: Question) -> Answer:
    """Return what is left on the table, with tables by basis, of the largest gaps and of what is bought elsewhere."""
    asked: dict[str, Any] = bounded(question, YEAR_DAYS)
    asked |= queries.row(connection, PERSON, **asked)
    first = queries.row(connection, FIRST_DAY, **asked)["day"]
    days = (asked["end"] - max(asked["begin"], first or asked["begin"])).days + 1
    asked["covered_days"] = max(days, LEAST_COVERED_DAYS)
    constants = {"least_peers": LEAST_PEERS, "least_percent": LEAST_PERCENT, "no_goods": NO_GOODS}
    shown = queries.row(connection, SHOWN, **asked, **constants)
    tables = {name: shown[name] for name in ("bases", "gaps", "elsewhere")}
    if question.about is not None:
        tables |= {"customer": [shown["customer"]] if shown["customer"] else [], "bought_elsewhere": shown["theirs"]}
    figures = shown["figures"] | {"covered_days": asked["covered_days"]}
    return Answer(figures | {"first_day": asked["begin"], "last_day": asked["end"]}, tables)


def headline(question: Question, answer: Answer) -> str:
    """Say how much of what they could spend they spend with us."""
    figures = answer.figures
    return (
        f"{words.counted(figures['customers'], 'customer')} spend {words.share(figures['share'])} of what they could"
        f" with us; {words.money(figures['gap_minor'], question.currency)} a year is left."
    )


SHARE_OF_CUSTOMER = Report(
    "share_of_customer",
    "Share of customer",
    ("purchases", "products_bought", "catalogue", "wallets"),
    answer,
    about="a customer, by any identifier",
    headline=headline,
)
