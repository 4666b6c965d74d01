"""The SQL that works the directory out: of everybody, or of those of whom something was heard.

Each step reads ``directory_asked``, which has every identifier that counts with the person it belongs to. So the same
statements serve for a million customers and for three.
"""

UNRANKED = 2_147_483_647
PLACE = 2**32
"""A place is how far a dial is from 100, times this, and the rank: so a part of the dial is a stretch of places."""

TABLES = """
CREATE TEMP TABLE directory_asked (identifier text COLLATE "C", person text COLLATE "C") ON COMMIT DROP;
CREATE TEMP TABLE directory_named (
    person text COLLATE "C", name text, sort_name text COLLATE "C", words text COLLATE "C"
) ON COMMIT DROP;
CREATE TEMP TABLE directory_found (kind text COLLATE "C", key text COLLATE "C", person text COLLATE "C") ON COMMIT DROP
"""

EVERYBODY = """
INSERT INTO directory_asked
SELECT r.subject, coalesce(p.person, r.subject)
  FROM profile AS r LEFT JOIN person_of AS p ON p.identifier = r.subject
 WHERE coalesce(coalesce(p.person, r.subject) LIKE 'customer:%%', false)
"""

SOME = """
INSERT INTO directory_asked
WITH touched AS (
    SELECT DISTINCT coalesce(p.person, t.subject) AS person
      FROM unnest(%(subjects)s::text[]) AS t (subject) LEFT JOIN person_of AS p ON p.identifier = t.subject
)
SELECT o.identifier, o.person FROM person_of AS o JOIN touched USING (person) WHERE o.person LIKE 'customer:%%'
 UNION SELECT person, person FROM touched WHERE person LIKE 'customer:%%'
"""

ANALYZE = "ANALYZE directory_asked"

# The last word on what each person is called and how they are reached.
TRAITS = """
SELECT person, held -> 'name' ->> 2 AS name, held -> 'email' ->> 2 AS email, held -> 'phone' ->> 2 AS phone
  FROM (SELECT a.person, latest_by(r.traits) AS held
          FROM directory_asked AS a JOIN profile AS r ON r.subject = a.identifier
         WHERE r.traits <> '{}' GROUP BY a.person) AS t
"""

COPY_NAMED = "COPY directory_named (person, name, sort_name, words) FROM STDIN"
COPY_FOUND = "COPY directory_found (kind, key, person) FROM STDIN"

WORKED_OUT = """
WITH seen AS (
    SELECT a.person, max(r.last_seen) AS last_seen
      FROM directory_asked AS a JOIN profile AS r ON r.subject = a.identifier GROUP BY a.person
), bought AS (
    SELECT a.person, sum(r.orders)::bigint AS orders, max(r.last_order) AS last_order,
           coalesce(sum(r.spend_minor - r.cancelled_minor - r.returned_minor)
                    FILTER (WHERE r.currency = %(currency)s), 0)::bigint AS net_minor
      FROM directory_asked AS a JOIN purchases AS r ON r.subject = a.identifier GROUP BY a.person
), there AS (
    SELECT a.person, r.store FROM directory_asked AS a JOIN purchases AS r ON r.subject = a.identifier
     UNION SELECT a.person, r.store FROM directory_asked AS a JOIN visits AS r ON r.subject = a.identifier
     UNION SELECT a.person, r.store FROM directory_asked AS a JOIN complaint_cases AS r ON r.subject = a.identifier
), stores AS (
    SELECT person, array_agg(store ORDER BY store) AS stores FROM there WHERE store <> '' GROUP BY person
), cases AS (
    SELECT a.person, r.complaint, max(r.resolved) AS resolved, max(r.reopened) AS reopened
      FROM directory_asked AS a JOIN complaint_cases AS r ON r.subject = a.identifier
     GROUP BY a.person, r.complaint HAVING min(r.opened) <= %(now)s
), complaints AS (
    SELECT person, count(*) FILTER (WHERE resolved IS NULL OR reopened > resolved) AS open FROM cases GROUP BY person
), managed AS (
    SELECT DISTINCT ON (a.person) a.person, r.manager
      FROM directory_asked AS a JOIN managers AS r ON r.subject = a.identifier
     WHERE r.reason_at <= %(now)s ORDER BY a.person, r.reason_at DESC, r.reason_by DESC
), members AS (
    SELECT a.person, array_agg(DISTINCT r.segment) AS segments,
           min(substr(r.segment, 6)) FILTER (WHERE starts_with(r.segment, 'tier.')) AS tier
      FROM directory_asked AS a JOIN membership AS r ON r.person = a.identifier
     WHERE r.left_at IS NULL GROUP BY a.person
), dialled AS (
    SELECT DISTINCT ON (a.person) a.person, r.dial, r.now_part, r.heading_part, r.potential_part, r.expected_12_minor
      FROM directory_asked AS a JOIN dial AS r ON r.person = a.identifier
     WHERE r.currency = %(currency)s AND r.month = %(month)s
     ORDER BY a.person, r.person = a.person DESC, r.dial DESC, r.person
), before AS (
    SELECT DISTINCT ON (a.person) a.person, r.dial
      FROM directory_asked AS a JOIN dial AS r ON r.person = a.identifier
     WHERE r.currency = %(currency)s AND r.month = %(before)s
     ORDER BY a.person, r.person = a.person DESC, r.dial DESC, r.person
)
SELECT seen.person, coalesce(n.name, '') AS name, coalesce(n.sort_name, '~' || seen.person) AS sort_name,
       coalesce(n.words, '') AS words, {rank} AS rank, coalesce(d.dial, -1) AS dial,
       coalesce(before.dial, -1) AS dial_before, coalesce(d.now_part, -1) AS now_part,
       coalesce(d.heading_part, -1) AS heading, coalesce(d.potential_part, -1) AS potential,
       coalesce(b.net_minor, 0) AS net_minor, coalesce(b.orders, 0) AS orders, b.last_order, seen.last_seen,
       coalesce(m.manager, '') AS manager, coalesce(c.open, 0) AS open_complaints,
       coalesce(s.stores, '{{}}') AS stores, coalesce(i.segments, '{{}}') AS segments,
       coalesce(i.tier, '') AS tier
  FROM seen LEFT JOIN directory_named AS n USING (person) LEFT JOIN bought AS b USING (person)
  LEFT JOIN stores AS s USING (person) LEFT JOIN complaints AS c USING (person) LEFT JOIN managed AS m USING (person)
  LEFT JOIN members AS i USING (person) LEFT JOIN dialled AS d USING (person) LEFT JOIN before USING (person)
"""

RANK = """
row_number() OVER (ORDER BY coalesce(d.dial, -1) DESC, coalesce(d.expected_12_minor, -1) DESC,
                            coalesce(b.net_minor, 0) DESC, seen.last_seen DESC, seen.person)
"""

COLUMNS = (
    "name",
    "sort_name",
    "words",
    "rank",
    "dial",
    "dial_before",
    "now_part",
    "heading",
    "potential",
    "net_minor",
    "orders",
    "last_order",
    "last_seen",
    "manager",
    "open_complaints",
    "stores",
    "segments",
    "tier",
)

# Rows that are as they were stay untouched.
KEEP = """
INSERT INTO directory AS old (person, {columns}) {worked_out}
ON CONFLICT (person) DO UPDATE SET {assignments} WHERE ({old}) IS DISTINCT FROM ({new})
"""

# Whoever was asked about and is no person of their own any more: another one has what was theirs.
GONE = """
DELETE FROM directory AS d USING directory_asked AS a WHERE a.identifier = d.person AND a.person <> d.person
"""
ALL_GONE = """
DELETE FROM directory AS d WHERE NOT EXISTS (SELECT FROM directory_asked AS a WHERE a.person = d.person)
"""

KEYS_GONE = """
DELETE FROM directory_key AS k USING directory_asked AS a
 WHERE k.person = a.identifier
   AND NOT EXISTS (SELECT FROM directory_found AS f WHERE (f.kind, f.key, f.person) = (k.kind, k.key, k.person))
"""
ALL_KEYS_GONE = """
DELETE FROM directory_key AS k
 WHERE NOT EXISTS (SELECT FROM directory_found AS f WHERE (f.kind, f.key, f.person) = (k.kind, k.key, k.person))
"""

# In the order of the primary key, so that a million of them do not lie about in it.
KEEP_KEYS = """
INSERT INTO directory_key SELECT DISTINCT kind, key, person FROM directory_found ORDER BY kind, key, person
    ON CONFLICT DO NOTHING
"""

KEEP_STATE = """
INSERT INTO directory_state AS s (log_id, currency, month, filled_at, positions)
VALUES (%(log_id)s, %(currency)s, %(month)s, %(now)s, %(positions)s)
ON CONFLICT (only_one) DO UPDATE SET log_id = excluded.log_id, currency = excluded.currency, month = excluded.month,
       filled_at = excluded.filled_at, positions = excluded.positions
"""

MOVE_STATE = "UPDATE directory_state SET positions = %(positions)s"

STATE = "SELECT log_id, currency, month, filled_at, positions FROM directory_state"

# The last two months that were dialled, the latest first.
MONTHS = """
SELECT month FROM dial_fit WHERE currency = %(currency)s AND day <= %(now)s::date ORDER BY month DESC LIMIT 2
"""

SEGMENTS_GONE = "DELETE FROM directory_segment"

KEEP_SEGMENTS = """
WITH members AS (
    SELECT s.segment, count(*) AS customers, sum(d.net_minor)::bigint AS net_minor
      FROM directory AS d CROSS JOIN LATERAL unnest(d.segments) AS s (segment) GROUP BY s.segment
     UNION ALL
    SELECT '', count(*), coalesce(sum(net_minor), 0)::bigint FROM directory
), moved AS (
    SELECT segment, count(*) FILTER (WHERE entered_at > %(now)s::timestamptz - interval '30 days') AS entered,
           count(*) FILTER (WHERE left_at > %(now)s::timestamptz - interval '30 days') AS "left"
      FROM membership GROUP BY segment
)
INSERT INTO directory_segment
SELECT segment, coalesce(customers, 0), coalesce(net_minor, 0), coalesce(entered, 0), coalesce("left", 0)
  FROM members FULL JOIN moved USING (segment)
"""
