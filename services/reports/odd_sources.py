"""Where oddities are looked for: rows by person and thing, and how the events behind a case are known.

Only what a rule asks for is merged over a person's identifiers, by merges that are cheap: a shop has many more orders
than oddities.
"""

from collections.abc import Sequence
from typing import NamedTuple


class Source(NamedTuple):
    """The rows, with ``person`` and ``thing``, and a condition on an event ``e`` of a case ``c`` of theirs."""

    rows: str
    events: str


ORDERS = Source(
    """
    SELECT coalesce(p.person, o.subject) AS person, o."order" AS thing, sum(o.times_placed) AS times_placed,
           min(o.ordered) AS ordered, min(o.shipped) AS shipped, min(o.delivered) AS delivered,
           min(o.cancelled) AS cancelled, min(o.returned) AS returned, sum(o.returned_minor) AS returned_minor,
           min(o.currencies[1]) AS one_currency, max(o.currencies[cardinality(o.currencies)]) AS other_currency,
           (array_agg(o.total_minor ORDER BY o.total_minor_at DESC, o.total_minor_by DESC)
               FILTER (WHERE o.total_minor_at IS NOT NULL))[1] AS total_minor
      FROM orders AS o LEFT JOIN person_of AS p ON p.identifier = o.subject
     WHERE (%(store)s::text IS NULL OR o.store = %(store)s)
     GROUP BY 1, 2
    """,
    "coalesce(e.event #>> '{data,order}', e.event #>> '{data,order_id}') = c.thing",
)

# Of the steps that have no column of their own, the first of each kind, which its event's JSON array tells.
COMPLAINTS = Source(
    """
    SELECT coalesce(p.person, k.subject) AS person, k.complaint AS thing, min(k.opened) AS opened,
           min(k.first_reply) AS first_reply, max(k.resolved) AS resolved, max(k.reopened) AS reopened,
           min(s.told) AS other, min(s.told) FILTER (WHERE s.kind = 'waiting') AS asked,
           min(s.told) FILTER (WHERE s.kind = 'answered') AS answered,
           min(s.told) FILTER (WHERE s.kind = 'confirmed') AS confirmed,
           min(s.told) FILTER (WHERE s.kind = 'resolved') AS first_resolved,
           min(s.told) FILTER (WHERE s.kind = 'reopened') AS first_reopened
      FROM complaint_cases AS k LEFT JOIN person_of AS p ON p.identifier = k.subject
      LEFT JOIN LATERAL (SELECT (step::json ->> 0)::timestamptz AS told, step::json ->> 1 AS kind
                           FROM unnest(k.steps) AS t (step)) AS s ON true
     WHERE (%(store)s::text IS NULL OR k.store = %(store)s)
     GROUP BY 1, 2
    """,
    "e.event #>> '{data,complaint}' = c.thing",
)

# What a known customer ordered and sent back in a currency; the day of the last return is when it was.
MONEY = Source(
    """
    SELECT coalesce(p.person, b.subject) AS person, b.currency AS thing, sum(b.spend_minor) AS spend_minor,
           sum(b.returned_minor) AS returned_minor,
           max(b.day) FILTER (WHERE b.returns > 0)::timestamp AT TIME ZONE 'UTC' AS returned
      FROM purchases AS b LEFT JOIN person_of AS p ON p.identifier = b.subject
     WHERE coalesce(p.person, b.subject) LIKE 'customer:%%' AND (%(store)s::text IS NULL OR b.store = %(store)s)
     GROUP BY 1, 2
    """,
    "e.event #>> '{data,currency}' = c.thing",
)

# Every birthday that was ever told, written YYYY-MM-DD or MM-DD; without a year it may be 29 February.
SAID = Source(
    """
    SELECT person, about AS thing, max(last_stated) AS last_stated,
           CASE WHEN about ~ '^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$' THEN NOT coalesce(right(about, 2)::integer BETWEEN 1
                    AND (ARRAY[31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
                        [substr(about, length(about) - 4, 2)::integer], false)
                ELSE true END AS no_day
      FROM (SELECT coalesce(p.person, s.subject) AS person, s.about, s.last_stated,
                   CASE WHEN s.about !~ '^[0-9]{4}-' THEN 1 WHEN left(s.about, 4)::integer %% 400 = 0 THEN 1
                        WHEN left(s.about, 4)::integer %% 100 = 0 THEN 0
                        WHEN left(s.about, 4)::integer %% 4 = 0 THEN 1 ELSE 0 END AS leap
              FROM preferences AS s LEFT JOIN person_of AS p ON p.identifier = s.subject
             WHERE s.kind = 'birthday' AND s.about <> '' AND %(store)s::text IS NULL) AS said
     GROUP BY person, about, leap
    """,
    """lower(btrim(coalesce(e.event #>> '{data,birthday}', e.event #>> '{data,traits,birthday}',
                            CASE WHEN e.event #>> '{data,trait}' = 'birthday' THEN e.event #>> '{data,value}' END)))
       = c.thing""",
)

FUTURE = Source(
    """
    SELECT coalesce(p.person, f.subject) AS person, '' AS thing, max(f.last_seen) AS last_seen
      FROM profile AS f LEFT JOIN person_of AS p ON p.identifier = f.subject
     WHERE f.last_seen > %(now)s AND %(store)s::text IS NULL
     GROUP BY 1
    """,
    't."time" > %(now)s',
)

# What never got to a projection, since a number in it cannot be: refused at a door, or parked from the log.
REFUSED = Source(
    """
    SELECT kind, cases, '' AS person, field AS about, at, events
      FROM (SELECT %(kind)s AS kind, count(*) OVER () AS cases, refused.*,
                   row_number() OVER (ORDER BY at DESC, events) AS place
              FROM (SELECT field, received_at AS at, ARRAY[message_id] AS events FROM ingest.verdict
                     WHERE settled_at IS NULL AND outcome = 'rejected' AND fault = 'invalid_field'
                     UNION ALL
                    SELECT field, parked_at, ARRAY[partition || ':' || "offset"] FROM engine.dead_letter
                     WHERE missed <> '{}' AND dismissed_at IS NULL AND fault = 'invalid_field') AS refused
             WHERE field ~ '(quantity|quantity_delta|qty|_minor|_count|hits)$'
               AND (%(begin)s::date IS NULL OR at >= %(begin)s::date)
               AND (%(end)s::date IS NULL OR at < %(end)s::date + interval '1 day')) AS placed
     WHERE place <= %(limit)s ORDER BY place
    """,
    "false",
)

ODD = """
WITH looked_at AS ({rows}), odd AS (
    SELECT r.person, r.thing, k.kind, k.at
      FROM looked_at AS r CROSS JOIN LATERAL (VALUES {rules}) AS k (kind, odd, at)
     WHERE ({any_of}) AND k.odd AND (k.at <= %(now)s OR k.kind = 'from_the_future')
       AND (%(begin)s::date IS NULL OR k.at >= %(begin)s::date)
       AND (%(end)s::date IS NULL OR k.at < %(end)s::date + interval '1 day')
), placed AS (
    SELECT odd.*, count(*) OVER (PARTITION BY kind) AS cases,
           row_number() OVER (PARTITION BY kind ORDER BY at DESC, person, thing) AS place
      FROM odd
)
SELECT kind, cases, person, thing AS about, at FROM placed WHERE place <= %(limit)s ORDER BY kind, place
"""

# The events of each case: of the types that its rule compares, an empty list being any, and of its thing.
EVENTS = """
SELECT c.number, array_agg(t.id ORDER BY t."time", t.id) AS events
  FROM unnest(%(numbers)s::integer[], %(persons)s::text[], %(things)s::text[], %(types)s::text[])
           AS c (number, person, thing, types)
 CROSS JOIN LATERAL (SELECT c.person AS subject UNION SELECT identifier FROM person_of WHERE person = c.person) AS i
  JOIN timeline AS t ON t.subject = i.subject
   AND (c.types = '' OR regexp_replace(t.type, '\\.v[0-9]+$', '') = ANY (string_to_array(c.types, ' ')))
 CROSS JOIN LATERAL (SELECT convert_from(t.value, 'UTF8')::json AS event) AS e
 WHERE {which} GROUP BY c.number
"""


def odd_in(source: Source, rules: Sequence[tuple[str, str, str]]) -> str:
    """Return the query for the cases of one source, by rules of a kind, what must hold, and when it was."""
    return ODD.format(
        rows=source.rows,
        rules=", ".join(f"('{kind}', {holds}, {at})" for kind, holds, at in rules),
        any_of=" OR ".join(f"({holds})" for _, holds, _ in rules),
    )
