"""Each customer's history in one currency, by a day: worked out in Postgres, read into numpy as numbers alone.

Reads `purchases` and who is who, of now or of a past. A customer is a known person. A purchase is a day with an order,
whatever was ordered on it and in how many stores; its value is what was spent on it, amendments of that day included,
before anything was cancelled or sent back. The net spend, which decays, has cancellations and returns taken off.

Persons stay in Postgres, numbered in a table of the session: a million names never are Python objects.
"""

from datetime import date
from typing import NamedTuple

import numpy as np

from projections._engine.registry import Connection
from services.dial import binary
from services.dial.formula import DAYS_IN_A_WEEK, Formula
from services.forecasting.arrays import Whole
from services.forecasting.bg_nbd import Histories
from services.forecasting.gamma_gamma import Values

EPOCH = date(1970, 1, 1).toordinal()
SCALE = 1 << 20
"""Weights of decay are whole numbers of this: sums of whole numbers are the same in any order."""

# One row a customer; the number is the place in the arrays.
TABLE = """
CREATE TEMP TABLE IF NOT EXISTS dial_history (
    number bigint, person text COLLATE "C", store text, days bigint, first_day bigint, last_day bigint,
    first_minor bigint, spend_minor bigint, recent_minor bigint, longer_minor bigint
)
"""

EMPTY = "TRUNCATE pg_temp.dial_history"

# Days are counted from 1970. What a day's spend still counts is cut to a whole number of SCALE before it is summed up.
# Each customer's days are sorted once, and both sums read them in that order: of millions that is half the work of
# hashing. ``mode`` takes the first by name of stores with equally many days.
FILL = """
INSERT INTO pg_temp.dial_history
WITH days AS (
    SELECT coalesce(p.person, r.subject) AS person, r.day, min(r.store) FILTER (WHERE r.orders > 0) AS store,
           sum(r.orders)::bigint AS orders, sum(r.spend_minor)::bigint AS spend_minor,
           sum(r.spend_minor - r.cancelled_minor - r.returned_minor)::bigint AS net_minor,
           (%(day)s::date - r.day)::float8 AS old
      FROM purchases AS r LEFT JOIN person_of AS p ON p.identifier = r.subject
     WHERE r.currency = %(currency)s AND r.day <= %(day)s AND coalesce(p.person, r.subject) LIKE 'customer:%%'
     GROUP BY 1, 2
), customers AS (
    SELECT person, count(*) FILTER (WHERE orders > 0) AS days,
           min(ARRAY[(day - DATE '1970-01-01')::bigint, spend_minor]) FILTER (WHERE orders > 0) AS first,
           max(day - DATE '1970-01-01') FILTER (WHERE orders > 0) AS last_day,
           sum(spend_minor) FILTER (WHERE orders > 0) AS spend_minor,
           sum(net_minor * round(%(scale)s * power(0.5::float8, old / %(recent)s))::bigint) AS recent,
           sum(net_minor * round(%(scale)s * power(0.5::float8, old / %(longer)s))::bigint) AS longer,
           mode() WITHIN GROUP (ORDER BY store) FILTER (WHERE orders > 0) AS store
      FROM days GROUP BY person
)
SELECT row_number() OVER (ORDER BY person) - 1, person, store, days, first[1], last_day, first[2], spend_minor,
       greatest(0, round(recent / %(scale)s)), greatest(0, round(longer / %(scale)s))
  FROM customers WHERE days > 0
"""

READ = """
COPY (SELECT days, first_day, last_day, first_minor, spend_minor, recent_minor, longer_minor
        FROM pg_temp.dial_history ORDER BY number) TO STDOUT (FORMAT BINARY)
"""

FOR_SORTING = ("SET LOCAL work_mem = '256MB'", "SET LOCAL enable_hashagg = off")


class History(NamedTuple):
    """Customers' histories, a customer an element, in the order of their persons."""

    days: Whole
    first_day: Whole
    last_day: Whole
    first_minor: Whole
    spend_minor: Whole
    recent_minor: Whole
    longer_minor: Whole

    def age_days(self, day: date) -> Whole:
        """Return how many days lie between each one's first order and a day."""
        return day.toordinal() - EPOCH - self.first_day

    def purchases(self, day: date) -> Histories:
        """Return them as BG/NBD has them, in weeks: x are the days with an order after the first one."""
        recency = (self.last_day - self.first_day) / DAYS_IN_A_WEEK
        return Histories(self.days - 1, recency, self.age_days(day) / DAYS_IN_A_WEEK)

    def values(self) -> Values:
        """Return them as Gamma-Gamma has them: the mean spend of the days with an order after the first one."""
        again = self.days - 1
        return Values(again, np.maximum(0, self.spend_minor - self.first_minor) / np.maximum(1, again))


def worked_out(connection: Connection, currency: str, day: date, formula: Formula) -> None:
    """Work the histories up to a day out, into a table of the session. Call it within a transaction."""
    connection.execute(TABLE)
    connection.execute(EMPTY)
    for setting in FOR_SORTING:
        connection.execute(setting)
    connection.execute(
        FILL,
        {
            "currency": currency,
            "day": day,
            "scale": SCALE,
            "recent": formula.recent_half_life,
            "longer": formula.longer_half_life,
        },
    )


def read(connection: Connection) -> History:
    """Return what was worked out."""
    names = History._fields
    with connection.cursor() as cursor, cursor.copy(READ) as copy:
        pieces = [np.column_stack([rows[name]["value"] for name in names]) for rows in binary.rows(copy, names)]
    table = np.concatenate(pieces) if pieces else np.zeros((0, len(names)))
    return History(*(np.ascontiguousarray(column, np.int64) for column in table.T))
