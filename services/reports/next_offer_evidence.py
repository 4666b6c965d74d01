"""What the next offer reads of one customer: one query, index look-ups only, one row.

``silence`` is what may forbid it: open complaints, whether there is consent, what was refused of late. ``candidates``
are the products that something speaks for: the customer's own, most often bought first, the companions of those, and
what is popular, each with the counts that ``chances`` makes a chance of, what was answered to offers of it, and its
name.
"""

from collections.abc import Sequence
from typing import Any, LiteralString

from services.associations.chances import MOST_HISTORY, MOST_NEW, MOST_POPULAR
from services.associations.choosing import Row, choose

PURPOSE = "profiling"
GESTURE_PURPOSE = "birthday_card"

# Whether a purpose is allowed: it was given on some channel, and nothing that covers that was withdrawn later.
CONSENT = """
SELECT count(*) AS words,
       coalesce(bool_or(g.given AND NOT EXISTS (
           SELECT FROM told AS w
            WHERE NOT w.given AND w.purpose IN ('', g.purpose) AND w.channel IN ('', g.channel)
              AND (w.given_at, w.given_by) > (g.given_at, g.given_by))), false) AS stands
  FROM told AS g WHERE g.purpose = {purpose}
"""

OPEN = """
SELECT count(*) FROM (
    SELECT min(opened) AS opened, max(resolved) AS resolved, max(reopened) AS reopened
      FROM complaint_cases WHERE subject = ANY (ARRAY(SELECT identifier FROM own)) GROUP BY complaint) AS c
 WHERE opened <= %(now)s
   AND (resolved IS NULL OR resolved > %(now)s OR (reopened <= %(now)s AND reopened > resolved))
"""

# It merges the rows of a person's identifiers by itself, which are looked up once: half of the time is planning.
EVIDENCE: LiteralString = f"""
WITH asked AS MATERIALIZED (
    SELECT coalesce((SELECT person FROM person_of WHERE identifier = %(subject)s), %(subject)s) AS person
), own AS MATERIALIZED (
    SELECT person AS identifier FROM asked
     UNION SELECT p.identifier FROM asked AS a JOIN person_of AS p ON p.person = a.person
), bought AS MATERIALIZED (
    SELECT product, sum(orders)::bigint AS orders, min(first_bought) AS first_bought, max(last_bought) AS last_bought
      FROM products_bought WHERE subject = ANY (ARRAY(SELECT identifier FROM own)) GROUP BY product
), history AS MATERIALIZED (
    SELECT b.product FROM bought AS b JOIN habit AS h ON h.product = b.product
     ORDER BY b.orders DESC, b.last_bought DESC, b.product LIMIT {MOST_HISTORY}
), company AS MATERIALIZED (
    SELECT c.other AS product, sum(c.share_ppm)::bigint AS share_ppm,
           max(lpad(c.share_ppm::text, 7, '0') || c.product) AS strongest
      FROM history AS h JOIN companion AS c ON c.product = h.product GROUP BY c.other
), candidate AS (
    SELECT product FROM history
     UNION (SELECT c.product FROM company AS c WHERE c.product NOT IN (SELECT product FROM bought)
             ORDER BY c.share_ppm DESC, c.product LIMIT {MOST_NEW})
     UNION (SELECT product FROM habit ORDER BY recent_orders DESC, product LIMIT {MOST_POPULAR})
), answered AS MATERIALIZED (
    SELECT kind, thing, sum(shown)::bigint AS shown, sum(taken)::bigint AS taken, sum(refused)::bigint AS refused,
           max(last_shown) AS last_shown, max(last_taken) AS last_taken, max(last_refused) AS last_refused
      FROM offers WHERE subject = ANY (ARRAY(SELECT identifier FROM own)) GROUP BY kind, thing
), told AS MATERIALIZED (
    SELECT purpose, channel, given, given_at, given_by FROM consents
     WHERE subject = ANY (ARRAY(SELECT identifier FROM own)) AND given_at <= %(now)s
)
SELECT %(now)s::timestamptz AS now,
       m.mined_at, m.repeats, m.chances, m.recent_orders,
       ({OPEN}) AS complaints,
       (SELECT to_jsonb(c) FROM ({CONSENT.format(purpose=f"'{PURPOSE}'")}) AS c) AS consent,
       (SELECT to_jsonb(c) FROM ({CONSENT.format(purpose=f"'{GESTURE_PURPOSE}'")}) AS c) AS gesture_consent,
       (SELECT coalesce(sum(orders), 0)::bigint FROM purchases
         WHERE subject = ANY (ARRAY(SELECT identifier FROM own))) AS orders,
       (SELECT count(*) FROM history) AS history,
       (SELECT coalesce(jsonb_agg(a), '[]') FROM answered AS a WHERE a.kind = 'gesture'
            OR a.last_refused > %(now)s::timestamptz - interval '30 days'
            OR a.last_taken > %(now)s::timestamptz - interval '30 days') AS answers,
       (SELECT coalesce(jsonb_agg(s), '[]') FROM (
            SELECT kind, topic, about, wording, wording_at FROM preferences
             WHERE subject = ANY (ARRAY(SELECT identifier FROM own))
               AND (kind IN ('likes', 'dislikes', 'needs') OR (kind = 'birthday' AND topic = ''))
             ORDER BY last_stated DESC, kind, topic, about, wording_by LIMIT 100) AS s) AS stated,
       (SELECT coalesce(jsonb_agg(r), '[]') FROM (
            SELECT k.product, h.product_name AS name, h.category, h.customers, h.repeats, h.chances,
                   h.recent_orders AS recent, coalesce(b.orders, 0) AS orders, b.first_bought, b.last_bought,
                   coalesce(c.share_ppm, 0) AS company_ppm, substr(c.strongest, 8) AS because,
                   left(c.strongest, 7)::bigint AS because_ppm, o.product_name AS because_name,
                   a.shown, a.taken, a.refused, a.last_shown, a.last_taken, a.last_refused
              FROM candidate AS k JOIN habit AS h ON h.product = k.product
              LEFT JOIN bought AS b ON b.product = k.product
              LEFT JOIN company AS c ON c.product = k.product
              LEFT JOIN habit AS o ON o.product = substr(c.strongest, 8)
              LEFT JOIN answered AS a ON a.kind = 'product' AND a.thing = k.product
             ORDER BY k.product) AS r) AS candidates
  FROM (SELECT 1) AS one LEFT JOIN mining AS m ON true
"""


def as_offers(rows: Sequence[Row]) -> dict[str, Any]:
    """Return what the customer's page shows: the offers, or why there are none."""
    chosen = choose(rows[0])
    return {"silent": chosen.silent, "words": chosen.words, "offers": [offer._asdict() for offer in chosen.offers]}
