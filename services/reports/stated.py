"""What customers said of themselves, as SQL: which statements hold, which were taken back by a later one, birthdays.

Pieces of queries over `preferences`, for the report of that name and for a customer's page.
"""

from typing import LiteralString

# Every statement, and whether it holds: of those that contradict each other the one said last does; of two at the same
# instant, the one with the greater event id. To say nothing takes nothing back, but for one's own birthday.
STATEMENTS: LiteralString = """
SELECT person, kind, topic, about, wording, channel, stated, first_stated, last_stated,
       row_number() OVER (
           PARTITION BY person, topic, CASE WHEN kind IN ('likes', 'dislikes') THEN 'stance' ELSE kind END,
                        CASE WHEN kind IN ('likes', 'dislikes') THEN about END
           ORDER BY about <> '' OR (kind = 'birthday' AND topic = '') DESC, wording_at DESC, wording_by DESC) = 1
       AS holds
"""

# Whether there is such a day, ``YYYY-MM-DD`` or ``MM-DD``: 29 February in a leap year, or where no year is told.
IS_DAY: LiteralString = """
CASE WHEN about !~ '^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$' OR left(about, 5) = '0000-' THEN false
     WHEN about ~ '^[0-9]{4}-02-29$' THEN mod(left(about, 4)::integer, 4) = 0
          AND (mod(left(about, 4)::integer, 100) <> 0 OR mod(left(about, 4)::integer, 400) = 0)
     ELSE right(about, 5) BETWEEN '01-01' AND '12-31' AND right(about, 2) BETWEEN '01' AND
          CASE substr(right(about, 5), 1, 2) WHEN '02' THEN '29' WHEN '04' THEN '30' WHEN '06' THEN '30'
               WHEN '09' THEN '30' WHEN '11' THEN '30' ELSE '31' END END
"""

# Birthdays that hold, read as days: ``month_day`` is ``MM-DD`` and ``year`` may be missing. Where there is no such day,
# or what was said is no day at all, ``is_day`` is false.
BIRTHDAYS: LiteralString = f"""
SELECT person, topic AS member, wording AS birthday, last_stated,
       right(about, 5) AS month_day, CASE WHEN is_day AND length(about) = 10 THEN left(about, 4)::integer END AS year,
       is_day
  FROM (SELECT *, {IS_DAY} AS is_day FROM statements WHERE kind = 'birthday' AND holds AND about <> '') AS b
"""

# The days that a birthday may fall on, from today on. Whoever was born on 29 February is a year older on 1 March where
# there is no such day, as in English law.
DAYS: LiteralString = """
SELECT day, month_day
  FROM (SELECT ((%(now)s::timestamptz AT TIME ZONE 'UTC')::date + n) AS day FROM generate_series(0, %(days)s) AS n) AS d
 CROSS JOIN LATERAL (SELECT to_char(day, 'MM-DD') AS month_day
                     UNION ALL
                     SELECT '02-29' WHERE to_char(day, 'MM-DD') = '03-01' AND to_char(day - 1, 'MM-DD') = '02-28') AS m
"""

# A customer's own name, and what a member of the family is called and is to them.
NAMED: LiteralString = """
LEFT JOIN LATERAL (SELECT traits -> 'name' ->> 2 AS customer_name FROM profile_of(b.person)) AS who ON true
LEFT JOIN statements AS r ON r.person = b.person AND r.topic = b.member AND r.kind = 'relation' AND r.holds
                         AND b.member <> ''
LEFT JOIN statements AS n ON n.person = b.person AND n.topic = b.member AND n.kind = 'name' AND n.holds
                         AND b.member <> ''
"""
