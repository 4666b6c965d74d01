"""The chance that a customer's next order holds a product: a pure formula, the same for the offer and its evaluation.

Three parts are added, each a share of orders:

* habit: of the customer's N orders, n held the product. After the first of them it could have been bought again in
  N - 1, and was in n - 1; what the customers of that product do is the prior, worth PRIOR_ORDERS orders: the mean of
  the beta distribution after the data, (n - 1 + P·p) / (N - 1 + P), where p = repeats / chances of the product, itself
  drawn to that of all products in the same way (empirical Bayes, Robbins 1956; Efron and Morris 1973). Out of rhythm,
  that is before half of their own mean interval between orders with it or after four, it counts by OUT_OF_RHYTHM.
* company: the mean, over the customer's products, of the share of each one's customers who bought this one as well.
* popularity: the share of the last 30 days' orders that held it.

Company and popularity have weights, others for products that the customer has had than for new ones. They were chosen
on Online Retail's orders until May 2011, each customer's next order from the first of March, April or May on; so what
an evaluation says of that period flatters a little. Likes and refusals weigh on top, see the next offer; what they do
to the hit rate nobody has measured.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

PRIOR_ORDERS = 10
OUT_OF_RHYTHM = 0.8
EARLY, LATE = 0.5, 4.0
MILLION = 1_000_000

MOST_HISTORY = 25
MOST_NEW = 15
MOST_POPULAR = 10


class Weights(NamedTuple):
    """How much company and popularity count, of products that the customer has had and of new ones."""

    company: float
    popularity: float
    company_new: float
    popularity_new: float


NEXT_ORDER = Weights(company=0.1, popularity=0.5, company_new=0.25, popularity_new=0.1)
SAME_BASKET = Weights(company=0.0, popularity=0.0, company_new=1.0, popularity_new=0.0)


class Market(NamedTuple):
    """All products together: orders that repeated one, orders that could have, and the orders of the last 30 days."""

    repeats: int
    chances: int
    recent_orders: int


class Buyer(NamedTuple):
    """A customer: how many orders, and of how many products the companions were asked."""

    orders: int
    history: int


class Evidence(NamedTuple):
    """What speaks for a product: this customer's own orders with it, everybody's, and its company.

    ``company_ppm`` is the sum over the customer's products of the share of their customers, in millionths.
    """

    product: str
    orders: int
    first_bought: datetime | None
    last_bought: datetime | None
    repeats: int
    chances: int
    recent: int
    company_ppm: int


class Chance(NamedTuple):
    """The parts of the chance."""

    habit: float
    company: float
    popularity: float

    @property
    def whole(self) -> float:
        """Return their sum."""
        return self.habit + self.company + self.popularity


def chance(evidence: Evidence, buyer: Buyer, market: Market, now: datetime, weights: Weights = NEXT_ORDER) -> Chance:
    """Return the chance that the next order holds a product."""
    company, popularity = weights[:2] if evidence.orders else weights[2:]
    return Chance(
        habit=_habit(evidence, buyer, market) * _rhythm(evidence, now),
        company=company * evidence.company_ppm / MILLION / max(1, buyer.history),
        popularity=popularity * evidence.recent / max(1, market.recent_orders),
    )


def _habit(evidence: Evidence, buyer: Buyer, market: Market) -> float:
    if not evidence.orders:
        return 0.0
    everything = market.repeats / max(1, market.chances)
    prior = (evidence.repeats + PRIOR_ORDERS * everything) / (evidence.chances + PRIOR_ORDERS)
    again, could = evidence.orders - 1, max(buyer.orders, evidence.orders) - 1
    return (again + PRIOR_ORDERS * prior) / (could + PRIOR_ORDERS)


def _rhythm(evidence: Evidence, now: datetime) -> float:
    """Return 1 where the customer's rhythm with a product is not known, or it is about due."""
    interval = interval_of(evidence)
    if interval is None or evidence.last_bought is None:
        return 1.0
    silent = (now - evidence.last_bought) / interval
    return 1.0 if EARLY <= silent <= LATE else OUT_OF_RHYTHM


def interval_of(evidence: Evidence) -> timedelta | None:
    """Return a customer's mean interval between orders with a product; None where there is none."""
    if evidence.orders < 2 or evidence.first_bought is None or evidence.last_bought is None:  # noqa: PLR2004 - two ends
        return None
    interval = (evidence.last_bought - evidence.first_bought) / (evidence.orders - 1)
    return interval if interval >= timedelta(days=1) else None
