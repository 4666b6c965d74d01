"""Who asked in vain for a product before it came: by its name, as the report ``unmet_demand`` matches queries.

Reads `unmet_demand`, `catalogue`, `products_bought`, `consents` and the last volume dial.
"""

from datetime import datetime
from typing import Any, LiteralString

from projections._engine import queries
from services.reactions._engine.reaction import World
from services.reports.carried import WORD, Carried, Product

PURPOSE = "personal_offers"

NAME: LiteralString = """
SELECT product_name FROM catalogue WHERE product = %(product)s AND product_name <> ''
 ORDER BY (store = %(store)s) DESC, product_name_at DESC LIMIT 1
"""

# Queries that begin with one of some words: what follows a word is no letter and no digit, and so sorts before '0'.
BEGINNING: LiteralString = """
SELECT DISTINCT f.query
  FROM unnest(%(words)s::text[]) AS w (word)
 CROSS JOIN LATERAL (
       SELECT query FROM unmet_demand WHERE query = w.word AND store = %(store)s AND without_result > 0
        UNION ALL
       SELECT query FROM unmet_demand
        WHERE query >= w.word || ' ' AND query < w.word || '0' AND store = %(store)s AND without_result > 0) AS f
"""

# Known people who asked in vain, and have not bought it since; who may be told first, by their dials.
ASKERS: LiteralString = """
WITH asked AS MATERIALIZED (
    SELECT coalesce(p.person, d.subject) AS person, max(d.last_asked) AS last_asked
      FROM unmet_demand AS d LEFT JOIN person_of AS p ON p.identifier = d.subject
     WHERE d.query = ANY (%(queries)s) AND d.store = %(store)s AND d.without_result > 0
       AND d.first_asked < %(arrived)s AND d.last_asked >= %(since)s
     GROUP BY 1
), told AS MATERIALIZED (
    SELECT a.person, c.purpose, c.channel, c.given, c.given_at, c.given_by
      FROM asked AS a CROSS JOIN LATERAL consents_of(a.person) AS c WHERE c.purpose IN (%(purpose)s, '')
), waiting AS (
    SELECT a.person, a.last_asked,
           EXISTS (SELECT FROM told AS g
                    WHERE g.person = a.person AND g.given AND g.purpose <> ''
                      AND NOT EXISTS (SELECT FROM told AS t
                                       WHERE t.person = g.person AND NOT t.given AND t.channel IN (g.channel, '')
                                         AND (t.given_at, t.given_by) > (g.given_at, g.given_by))) AS allows,
           (SELECT max(d.dial) FROM (SELECT DISTINCT ON (currency) dial FROM dial
                                      WHERE person = a.person ORDER BY currency, month DESC) AS d) AS dial
      FROM asked AS a
     WHERE a.person LIKE 'customer:%%'
       AND NOT EXISTS (SELECT FROM products_bought AS b
                        WHERE b.product = %(product)s AND b.last_bought >= a.last_asked
                          AND b.subject IN (SELECT a.person UNION ALL
                                            SELECT i.identifier FROM person_of AS i WHERE i.person = a.person))
)
SELECT person, dial, last_asked, allows, count(*) OVER () AS people,
       count(*) FILTER (WHERE allows) OVER () AS allowing
  FROM waiting ORDER BY allows DESC, dial DESC NULLS LAST, person LIMIT %(most)s
"""


def name_of_product(world: World, product: str, store: str) -> str:
    """Return what a product is called, in this store or else anywhere; empty where nobody said."""
    rows = queries.rows(world.connection, NAME, product=product, store=store)
    return str(rows[0]["product_name"]) if rows else ""


def queries_for(world: World, product: str, name: str, store: str) -> list[str]:
    """Return what was asked for in vain in a store, and is found in a product's name.

    Every word of a query begins a word of the name, without a plural's "s"; so its first word does, and those queries
    are looked up. One that begins with a sign, such as a quotation mark, is not found here.
    """
    words = {word[:length] for word in WORD.findall(name.casefold()) for length in range(1, len(word) + 1)}
    words |= {f"{word}s" for word in words}
    if not words:
        return []
    carried = Carried([Product(product, name, world.now)])
    rows = queries.rows(world.connection, BEGINNING, words=sorted(words), store=store)
    return sorted(row["query"] for row in rows if carried.named(row["query"]))


def askers(  # noqa: PLR0913 - what is asked for, where, and when
    world: World, asked: list[str], *, product: str, store: str, arrived: datetime, since: datetime, most: int
) -> list[dict[str, Any]]:
    """Return who waits for it, at most so many, those who may be told first: person, dial, last_asked, allows, ...

    Each row says how many ``people`` wait in all, and how many of them are ``allowing`` us to tell them.
    """
    told = {"queries": asked, "product": product, "store": store, "purpose": PURPOSE, "most": most}
    return queries.rows(world.connection, ASKERS, **told, arrived=arrived, since=since)
