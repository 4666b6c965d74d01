"""Who brought in whom, directly and down the tree, and what it is worth: a part of the report on retention.

Of several who say that they brought somebody in, the one who said so first did, and of two at one instant the one with
the lesser name. So everybody hangs below one person at most. Nobody brings themselves in, also where two identifiers
came to be known as one person; where customers brought each other in, in a circle, each is the head of a tree that
leaves out themself. A tree is followed down for MAX_GENERATIONS.
"""

from typing import Any

from projections._engine import queries
from projections._engine.registry import Connection
from services.reports.report import Question
from services.segments.sources import PURCHASES

MAX_GENERATIONS = 20

# Everybody who was brought in by the clock, and by whom.
PARENTS = """
SELECT DISTINCT ON (child) child, parent, first_made
  FROM (SELECT coalesce(p.person, r.referred) COLLATE "C" AS child, r.person COLLATE "C" AS parent, r.first_made
          FROM referrals_by_person AS r LEFT JOIN person_of AS p ON p.identifier = r.referred
         WHERE r.first_made <= %(now)s) AS r
 WHERE child <> parent ORDER BY child, first_made, parent
"""

# What each person brought in the period, in one currency; a person may have ordered in another alone.
REVENUES = f"""
SELECT own.person COLLATE "C" AS person, sum(orders)::bigint AS orders,
       sum(spend_minor - cancelled_minor - returned_minor) FILTER (WHERE currency = %(currency)s)::bigint AS net_minor
  FROM {PURCHASES}
 WHERE day <= %(now)s::date AND (%(store)s::text IS NULL OR store = %(store)s)
   AND (%(begin)s::date IS NULL OR day >= %(begin)s) AND (%(end)s::date IS NULL OR day <= %(end)s)
 GROUP BY 1
"""

TREES = f"""
WITH RECURSIVE parents AS MATERIALIZED ({PARENTS}),
tree AS (
    SELECT parent AS head, child, parent, first_made, 1 AS generation, ARRAY[parent, child] AS path FROM parents
     WHERE %(head)s::text IS NULL OR parent = %(head)s
    UNION ALL
    SELECT t.head, c.child, c.parent, c.first_made, t.generation + 1, t.path || c.child
      FROM tree AS t JOIN parents AS c ON c.parent = t.child
     WHERE t.generation < %(generations)s AND c.child <> ALL (t.path)
), revenues AS MATERIALIZED ({REVENUES})
"""

REFERRERS = f"""
{TREES}
SELECT t.head AS person, count(*) FILTER (WHERE generation = 1) AS brought_in, count(*) AS down_the_tree,
       max(generation) AS generations, count(*) FILTER (WHERE r.orders > 0) AS ordering,
       coalesce(sum(r.net_minor) FILTER (WHERE generation = 1), 0)::bigint AS brought_in_net_minor,
       coalesce(sum(r.net_minor), 0)::bigint AS tree_net_minor
  FROM tree AS t LEFT JOIN revenues AS r ON r.person = t.child
 GROUP BY t.head ORDER BY tree_net_minor DESC, down_the_tree DESC, t.head LIMIT %(limit)s
"""

# Depth first, so that everybody stands below whoever brought them in.
ONE_TREE = f"""
{TREES}
SELECT t.generation, t.child AS person, t.parent AS brought_in_by, t.first_made,
       coalesce(r.orders, 0) AS orders, coalesce(r.net_minor, 0) AS net_minor
  FROM tree AS t LEFT JOIN revenues AS r ON r.person = t.child ORDER BY t.path LIMIT %(limit)s
"""

WORTH = f"""
WITH parents AS MATERIALIZED ({PARENTS}), revenues AS MATERIALIZED ({REVENUES})
SELECT count(DISTINCT parent) AS referrers, count(*) AS brought_in,
       count(*) FILTER (WHERE r.orders > 0) AS brought_in_ordering,
       coalesce(sum(r.net_minor), 0)::bigint AS brought_in_net_minor,
       coalesce((SELECT sum(net_minor) FROM revenues WHERE person LIKE 'customer:%%'), 0)::bigint AS all_net_minor
  FROM parents LEFT JOIN revenues AS r ON r.person = parents.child
"""

PERSON = "SELECT coalesce((SELECT person FROM person_of WHERE identifier = %(identifier)s), %(identifier)s) AS person"

# One person's page: who brought them in, and whom they brought in, the latest first.
REFERRALS_OF = """
WITH own AS (
    SELECT coalesce((SELECT person FROM person_of WHERE identifier = %(subject)s), %(subject)s) AS identifier
     UNION SELECT identifier FROM person_of
            WHERE person = coalesce((SELECT person FROM person_of WHERE identifier = %(subject)s), %(subject)s)
), said AS (
    SELECT 'brought in by' AS direction, coalesce(p.person, r.subject) AS person, r.first_made
      FROM referrals AS r LEFT JOIN person_of AS p ON p.identifier = r.subject
     WHERE r.referred = ANY (ARRAY(SELECT identifier FROM own))
    UNION ALL
    SELECT 'brought in', coalesce(p.person, r.referred), r.first_made
      FROM referrals AS r LEFT JOIN person_of AS p ON p.identifier = r.referred
     WHERE r.subject = ANY (ARRAY(SELECT identifier FROM own))
)
SELECT direction, person, min(first_made) AS first_made FROM said
 WHERE first_made <= %(now)s AND person <> ALL (ARRAY(SELECT identifier FROM own))
 GROUP BY direction, person ORDER BY direction DESC, first_made DESC, person LIMIT 100
"""


def referrers(connection: Connection, question: Question) -> list[dict[str, Any]]:
    """Return who brought in most, by the net revenue of their whole tree."""
    asked = question.parameters() | {"head": None, "generations": MAX_GENERATIONS}
    return queries.rows(connection, REFERRERS, **asked)


def tree_of(connection: Connection, question: Question) -> list[dict[str, Any]]:
    """Return the tree below the person whom the question is about, named by any identifier."""
    head = queries.row(connection, PERSON, identifier=question.about)["person"]
    asked = question.parameters() | {"head": head, "generations": MAX_GENERATIONS}
    return queries.rows(connection, ONE_TREE, **asked)


def worth(connection: Connection, question: Question) -> dict[str, Any]:
    """Return how many were brought in by how many, and which share of net revenue they bring."""
    told = queries.row(connection, WORTH, **question.parameters())
    whole = told.pop("all_net_minor")
    return {**told, "brought_in_revenue_share": told["brought_in_net_minor"] / whole if whole > 0 else None}
