"""What customers of a product also buy, in any of their orders, and how products are bought again. Pure.

A customer is whoever bought; their orders count together, however far apart. For each product the companions are the
few others with the highest cosine, both / √(product_customers · other_customers) (Sarwar, Karypis, Konstan and Riedl
2001), among those that at least LEAST_CUSTOMERS bought with it: the cosine chooses, so that what everybody buys is not
the companion of everything. Counts are kept as whole numbers.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]

from services.associations.orders import Integers, Orders

MOST_COMPANIONS = 20
LEAST_CUSTOMERS = 5
BLOCK_PRODUCTS = 256
RECENT_US = 30 * 86_400 * 1_000_000
MILLION = 1_000_000


class Companions(NamedTuple):
    """Pairs of a product and one that goes with it, by product and place from 1; all arrays are as long."""

    product: Integers
    place: Integers
    other: Integers
    both_customers: Integers
    product_customers: Integers
    other_customers: Integers

    @property
    def share_ppm(self) -> Integers:
        """Return how many of the product's customers bought the other one, too, in millionths."""
        share: Integers = self.both_customers * MILLION // np.maximum(self.product_customers, 1)
        return share


class Habits(NamedTuple):
    """How each product is bought; all arrays have a value for each product.

    ``repeats`` are orders with it beyond each customer's first one with it; ``chances`` are the orders of its customers
    beyond each one's first order: as often it could have been bought again. ``recent`` are orders with it within 30
    days before the last order of all, which are ``recent_orders`` in number.
    """

    customers: Integers
    repeats: Integers
    chances: Integers
    recent: Integers
    recent_orders: int


def habits(orders: Orders) -> Habits:
    """Return how each product is bought."""
    matrix, products = _matrix(orders), len(orders.products)
    customers = np.diff(matrix.tocsc().indptr).astype(np.int64)
    times = np.asarray(matrix.sum(axis=0)).ravel().astype(np.int64)
    per_buyer = np.bincount(orders.buyer, minlength=len(orders.buyers))
    further = np.repeat(per_buyer - 1, np.diff(matrix.indptr))
    chances = np.zeros(products, np.int64)
    np.add.at(chances, matrix.indices, further)
    recent = orders.at > (orders.at.max() if len(orders) else 0) - RECENT_US
    lately = orders.product[np.repeat(recent, orders.sizes)]
    return Habits(
        customers, times - customers, chances, np.bincount(lately, minlength=products), int(np.count_nonzero(recent))
    )


def companions(orders: Orders) -> Companions:
    """Return the companions of every product, a block of products at a time, so that memory stays bounded."""
    blocks = list(_blocks(orders))
    if not blocks:
        return Companions(*(np.zeros(0, np.int64) for _ in Companions._fields))
    return Companions(*(np.concatenate(column) for column in zip(*blocks, strict=True)))


def _blocks(orders: Orders) -> Iterator[Companions]:
    matrix = _matrix(orders)
    matrix.data[:] = 1
    by_product = matrix.T.tocsr()
    customers = np.diff(by_product.indptr).astype(np.int64)
    for begin in range(0, len(orders.products), BLOCK_PRODUCTS):
        both = (by_product[begin : begin + BLOCK_PRODUCTS] @ matrix).tocoo()
        row, other, count = both.row.astype(np.int64) + begin, both.col.astype(np.int64), both.data
        kept = (row != other) & (count >= LEAST_CUSTOMERS)
        row, other, count = row[kept], other[kept], count[kept]
        order = np.lexsort((other, -(count * count / customers[other]), row))
        row, other, count = row[order], other[order], count[order]
        place = np.arange(len(row)) - np.searchsorted(row, row) + 1
        best = place <= MOST_COMPANIONS
        row, place, other, count = row[best], place[best], other[best], count[best]
        yield Companions(row, place, other, count, customers[row], customers[other])


def _matrix(orders: Orders) -> sparse.csr_matrix:
    """Return in how many orders each buyer bought each product."""
    buyer = np.repeat(orders.buyer, orders.sizes)
    shape = (len(orders.buyers), len(orders.products))
    ones = np.ones(len(buyer), np.int64)
    return sparse.coo_matrix((ones, (buyer, orders.product)), shape=shape).tocsr()
