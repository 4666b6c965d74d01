"""Needs and tastes: what customers say they like, dislike and need, and what they show by what they buy.

Reads `preferences`, `products_bought`, `catalogue`, `purchases`, `profile`. Of known customers; a person's identifiers
are one.

* Stated: of `likes` and `dislikes` of the same thing the one said last holds; both stay on the customer's page with
  their dates, and who said both is listed as having changed their mind. `opposed` is how many say the contrary. A need
  has no end: nobody can take one back. The period narrows to what was said in it; a store cannot, as a statement is
  made to the house.
* Birthdays: the customers' own and their family's, in the next 30 days, as said. A 29 February falls on 1 March where
  there is none. What is no day, as 30 February, is listed apart as it was said, and is never an error.
* Categories and favourites: by how many customers and how often (each order counts a product once), of products bought
  in the period; their spend is of all time, in one currency, before discounts, shipping and returns. A product's
  category is what the house lists it under, else what its orders say, else empty.
* Price band: a customer's usual unit price in the category that they buy most often, against that category's prices, in
  fifths: 1 is "burgers and chips", 5 is "filet mignon". The usual price is the mean of what they paid a unit of each
  product, weighed by the orders that it was in, for whoever made three purchases there. The prices are those that the
  house lists, each store's, or, where it lists none in this currency, what is paid a unit of each product on average.
  Four cuts part them: the least price that a fifth, two, three and four fifths do not exceed; the band is one more than
  the cuts that lie below the usual price. So bands compare within a category only; who buys much at a discount is
  measured by what they paid.
* Usual weekday (1 is Monday), hour and channel: of orders, by days and hours in UTC, since no store tells its zone. A
  day's orders count at the hour of the first, by the channel of the last.
* `about` names a topic, something said, a product or a category, and lists who says or buys it.
"""

from typing import Any, LiteralString

from projections._engine import queries
from projections._engine.registry import Connection
from projections.preferences import compared
from services.reports import words
from services.reports.report import Answer, Question, Report
from services.reports.stated import BIRTHDAYS, DAYS, NAMED, STATEMENTS
from services.reports.tastes import BOUGHT, CARRIED, CATEGORIES_AND_BANDS, FAVOURITES, HABITS, LEAST_PURCHASES

BIRTHDAY_DAYS = 30

PERIOD: LiteralString = """
    (%(begin)s::date IS NULL OR (last_stated AT TIME ZONE 'UTC')::date >= %(begin)s)
AND (%(end)s::date IS NULL OR (first_stated AT TIME ZONE 'UTC')::date <= %(end)s)
"""

OF_CUSTOMERS: LiteralString = f"{STATEMENTS} FROM preferences_by_person WHERE person LIKE 'customer:%%'"

# The commonest statements of one kind, and how many hold the contrary.
COMMONEST: LiteralString = f"""
WITH statements AS ({OF_CUSTOMERS} AND kind IN ('likes', 'dislikes'))
SELECT topic, max(wording) FILTER (WHERE kind = %(kind)s) AS wording,
       count(*) FILTER (WHERE kind = %(kind)s) AS customers, count(*) FILTER (WHERE kind <> %(kind)s) AS opposed,
       max(last_stated) FILTER (WHERE kind = %(kind)s) AS last_stated
  FROM statements WHERE holds AND {PERIOD}
 GROUP BY topic, about HAVING count(*) FILTER (WHERE kind = %(kind)s) > 0
 ORDER BY customers DESC, topic, about LIMIT %(limit)s
"""

NEEDS: LiteralString = f"""
SELECT topic AS need, count(DISTINCT person) AS customers, max(last_stated) AS last_stated
  FROM preferences_by_person AS s
 WHERE kind = 'needs' AND person LIKE 'customer:%%' AND {PERIOD}
 GROUP BY topic ORDER BY customers DESC, topic LIMIT %(limit)s
"""

CHANGED: LiteralString = f"""
WITH statements AS ({OF_CUSTOMERS} AND kind IN ('likes', 'dislikes'))
SELECT person, topic, max(wording) FILTER (WHERE holds) AS wording, max(kind) FILTER (WHERE holds) AS now,
       max(last_stated) FILTER (WHERE holds) AS now_stated, max(last_stated) FILTER (WHERE NOT holds) AS before_stated,
       count(*) OVER () AS of_all
  FROM statements WHERE {PERIOD} GROUP BY person, topic, about HAVING count(*) > 1
 ORDER BY now_stated DESC, person, topic, about LIMIT %(limit)s
"""

# The next birthdays, those of no day, and how many there are of each.
BIRTHDAYS_SHOWN: LiteralString = f"""
WITH statements AS MATERIALIZED ({OF_CUSTOMERS} AND kind IN ('birthday', 'name', 'relation')),
birthdays AS MATERIALIZED ({BIRTHDAYS}), days AS MATERIALIZED ({DAYS}),
soon AS MATERIALIZED (SELECT days.day, b.* FROM birthdays AS b JOIN days USING (month_day) WHERE is_day),
upcoming AS (SELECT * FROM soon ORDER BY day, person, member LIMIT %(limit)s),
never AS (SELECT person, member, birthday, (last_stated AT TIME ZONE 'UTC')::date AS stated_on
            FROM birthdays WHERE NOT is_day ORDER BY last_stated DESC, person, member LIMIT %(limit)s)
SELECT (SELECT count(*) FROM birthdays) AS birthdays, (SELECT count(*) FROM soon) AS birthdays_soon,
       (SELECT count(*) FROM birthdays WHERE NOT is_day) AS birthdays_of_no_day,
       (SELECT coalesce(json_agg(s ORDER BY day, person, member), '[]') FROM (
            SELECT b.day, b.person, who.customer_name, b.member, r.wording AS relation, n.wording AS name, b.birthday,
                   CASE WHEN b.year <= extract(year FROM b.day) THEN (extract(year FROM b.day) - b.year)::integer END
                       AS turning
              FROM upcoming AS b {NAMED}) AS s) AS upcoming,
       (SELECT coalesce(json_agg(n ORDER BY stated_on DESC, person, member), '[]') FROM never AS n) AS never
"""

TOLD: LiteralString = f"""
SELECT count(DISTINCT person) AS customers_who_told FROM preferences_by_person AS s
 WHERE person LIKE 'customer:%%' AND kind IN ('likes', 'dislikes', 'needs') AND {PERIOD}
"""

# Who says something of it, or buys it.
WHO: LiteralString = f"""
WITH statements AS ({OF_CUSTOMERS}), carried AS MATERIALIZED ({CARRIED}), bought AS ({BOUGHT})
SELECT person, 'says' AS basis, kind AS what, topic || coalesce(': ' || nullif(wording, ''), '') AS wording,
       stated AS times, last_stated AS last_time
  FROM statements WHERE holds AND kind IN ('likes', 'dislikes', 'needs') AND (topic = %(about)s OR about = %(said)s)
   AND {PERIOD}
UNION ALL
SELECT person, 'buys', CASE WHEN product = %(about)s THEN 'product' ELSE 'category' END, %(about)s::text,
       sum(orders)::bigint, max(last_bought)
  FROM bought WHERE (product = %(about)s OR category = %(about)s) AND person LIKE 'customer:%%' GROUP BY person, 3
 ORDER BY basis DESC, times DESC, last_time DESC, person, what, wording LIMIT %(limit)s
"""


# How many rows come of the queries below is not known to Postgres, which would go through what is carried again and
# again for each purchase: for a million customers that is a quarter of an hour, where joining by hashes is a minute.
BY_HASHES = "SET LOCAL enable_nestloop = off"
AS_EVER = "SET LOCAL enable_nestloop TO DEFAULT"


def answer(connection: Connection, question: Question) -> Answer:
    """Return counts; tables of what is said, of birthdays, and of what is shown; and who, where it is asked about."""
    asked = question.parameters() | {"days": BIRTHDAY_DAYS, "least_purchases": LEAST_PURCHASES}

    def rows(query: LiteralString, **parameters: str) -> list[dict[str, Any]]:
        return queries.rows(connection, query, **asked, **parameters)

    connection.execute(BY_HASHES)
    changed, habits = rows(CHANGED), rows(HABITS)
    (told,), (born,), (shown,) = rows(TOLD), rows(BIRTHDAYS_SHOWN), rows(CATEGORIES_AND_BANDS)
    figures = told | {name: born[name] for name in ("birthdays", "birthdays_soon", "birthdays_of_no_day")}
    figures |= {"changed_their_mind": next((row["of_all"] for row in changed), 0)}
    figures |= {"customers_with_a_band": sum(row["customers"] for row in shown["bands"])}
    tables = {
        "likes": rows(COMMONEST, kind="likes"),
        "dislikes": rows(COMMONEST, kind="dislikes"),
        "needs": rows(NEEDS),
        "changed_their_mind": [{name: row[name] for name in row if name != "of_all"} for row in changed],
        "birthdays_soon": born["upcoming"],
        "birthdays_of_no_day": born["never"],
        "bands": shown["bands"],
        "categories": shown["categories"],
        "favourites": rows(FAVOURITES),
    }
    for part in ("weekday", "hour", "channel"):
        tables[f"by_{part}"] = [{part: row["value"], "orders": row["orders"]} for row in habits if row["part"] == part]
    if question.about is not None:
        tables["who"] = rows(WHO, said=compared(question.about))
    connection.execute(AS_EVER)
    return Answer(figures, tables)


def headline(_question: Question, answer: Answer) -> str:
    """Say how many told us something, and whose birthday is near."""
    figures = answer.figures
    return (
        f"{words.counted(figures['customers_who_told'], 'customer')} told us what they like, dislike or need;"
        f" {words.counted(figures['birthdays_soon'], 'birthday')} in the next {BIRTHDAY_DAYS} days."
    )


PREFERENCES = Report(
    "preferences",
    "Needs and tastes",
    ("preferences", "products_bought", "catalogue", "purchases", "profile"),
    answer,
    about="a topic, something said, a product or a category: who says or buys it",
    headline=headline,
)
