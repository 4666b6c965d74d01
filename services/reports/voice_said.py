"""The queries behind the report of the customers' voice: suggestions with their votes, and ratings."""

# Each suggestion that was made by the clock: what was said first, each person's last vote, the last decision.
SUGGESTIONS = """
own AS MATERIALIZED (SELECT * FROM suggestions_by_person), suggestion AS MATERIALIZED (
    SELECT m.suggestion, m.person, m.theme, m.wording, m.store, m.made, coalesce(v.in_favour, 0) AS in_favour,
           coalesce(v.against, 0) AS against, coalesce(d.status, 'open') AS status, d.reason, d.decided,
           d.first_decided,
           left(btrim(regexp_replace(lower(coalesce(nullif(m.theme, ''), m.wording)), '[\\s_-]+', ' ', 'g')), 200)
               AS theme_key
      FROM (SELECT DISTINCT ON (suggestion) * FROM own WHERE made <= %(now)s ORDER BY suggestion, made, person) AS m
      LEFT JOIN (SELECT suggestion, count(*) FILTER (WHERE in_favour) AS in_favour,
                        count(*) FILTER (WHERE NOT in_favour) AS against
                   FROM own WHERE in_favour_at <= %(now)s GROUP BY suggestion) AS v USING (suggestion)
      LEFT JOIN (SELECT DISTINCT ON (suggestion) suggestion, status, reason, status_at AS decided,
                        min(first_decided) OVER (PARTITION BY suggestion) AS first_decided
                   FROM own WHERE status_at <= %(now)s
                  ORDER BY suggestion, status_at DESC, status_by DESC) AS d USING (suggestion)
     WHERE (%(store)s::text IS NULL OR m.store = %(store)s)
       AND (%(begin)s::date IS NULL OR m.made::date >= %(begin)s) AND (%(end)s::date IS NULL OR m.made::date <= %(end)s)
)
"""

RATED = """
rated AS MATERIALIZED (
    SELECT coalesce(p.person, r.subject) AS person, r.store, r.day, r.about, r.rating, r.times,
           left(btrim(regexp_replace(lower(r.about), '[\\s_-]+', ' ', 'g')), 200) AS theme_key
      FROM ratings AS r LEFT JOIN person_of AS p ON p.identifier = r.subject
     WHERE r.first_given <= %(now)s AND (%(store)s::text IS NULL OR r.store = %(store)s)
       AND (%(begin)s::date IS NULL OR r.day >= %(begin)s) AND (%(end)s::date IS NULL OR r.day <= %(end)s)
)
"""

# The suggestions that most people are for, less those who are against.
MOST_WANTED = f"""
WITH {SUGGESTIONS}
SELECT suggestion, theme, wording, person, store, made, in_favour, against, in_favour - against AS net, status, reason,
       decided
  FROM suggestion ORDER BY net DESC, in_favour DESC, made, suggestion LIMIT %(limit)s
"""

# What became of them, and how long it took until anything was decided.
STATUSES = f"""
WITH {SUGGESTIONS}
SELECT status, count(*) AS suggestions, sum(in_favour)::bigint AS in_favour, sum(against)::bigint AS against,
       (percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM first_decided - made) / 86400)
           FILTER (WHERE first_decided >= made))::float8 AS median_days_to_decision
  FROM suggestion GROUP BY status
 ORDER BY array_position(ARRAY['open', 'under_review', 'planned', 'done', 'declined'], status), status
"""

VOTERS = """
SELECT coalesce(count(DISTINCT person), 0) AS voters, count(*) AS votes,
       count(*) FILTER (WHERE NOT EXISTS (SELECT FROM suggestions AS m
                                           WHERE m.suggestion = s.suggestion AND m.made <= %(now)s)) AS stray_votes
  FROM suggestions_by_person AS s WHERE in_favour_at <= %(now)s
"""

# Who is for one suggestion and who against it: whom to tell what became of it.
WHO = """
SELECT person, in_favour, in_favour_at AS voted, made IS NOT NULL AS made_it
  FROM suggestions_by_person
 WHERE suggestion = %(about)s AND (in_favour_at <= %(now)s OR made <= %(now)s)
 ORDER BY made_it DESC, in_favour DESC NULLS LAST, voted, person LIMIT %(limit)s
"""

# What is spoken of, most first: suggestions with their votes, and ratings.
THEMES = f"""
WITH {SUGGESTIONS}, {RATED}
SELECT theme_key AS theme, coalesce(s.suggestions, 0) AS suggestions, coalesce(s.in_favour, 0) AS in_favour,
       coalesce(s.against, 0) AS against, coalesce(s.decided, 0) AS decided, coalesce(r.ratings, 0) AS ratings,
       coalesce(r.points, 0) AS points
  FROM (SELECT theme_key, count(*) AS suggestions, sum(in_favour)::bigint AS in_favour, sum(against)::bigint AS against,
               count(*) FILTER (WHERE status IN ('planned', 'done', 'declined')) AS decided
          FROM suggestion GROUP BY theme_key) AS s
  FULL JOIN (SELECT theme_key, sum(times)::bigint AS ratings, sum(times * rating)::bigint AS points
               FROM rated GROUP BY theme_key) AS r USING (theme_key)
 ORDER BY coalesce(s.suggestions, 0) + coalesce(r.ratings, 0) DESC, theme_key LIMIT %(most)s
"""

# Ratings in all, by what they are about, by store and by month: which it is, the row tells in ``part``.
RATINGS = f"""
WITH {RATED}
SELECT CASE WHEN grouping(about) = 0 THEN 'about' WHEN grouping(store) = 0 THEN 'store'
            WHEN grouping(date_trunc('month', day)) = 0 THEN 'month' ELSE 'whole' END AS part,
       about, store, date_trunc('month', day)::date AS month, count(DISTINCT person) AS people,
       coalesce(sum(times), 0)::bigint AS ratings, (sum(times * rating) / sum(times))::float8 AS mean,
       coalesce(sum(times) FILTER (WHERE rating >= 4), 0)::bigint AS satisfied,
       coalesce(sum(times) FILTER (WHERE rating <= 2), 0)::bigint AS dissatisfied
  FROM rated GROUP BY GROUPING SETS ((), (about), (store), (date_trunc('month', day)))
 ORDER BY part, month, ratings DESC, about, store
"""

# One person's suggestions and votes, and what became of them.
VOICE_OF = """
SELECT own.suggestion, own.made IS NOT NULL AS made_it, m.theme, m.wording, m.made, own.in_favour,
       coalesce(m.status, 'open') AS status, m.reason, m.status_at AS decided
  FROM suggestions_of(%(subject)s) AS own
  LEFT JOIN LATERAL (SELECT * FROM suggestions AS s WHERE s.suggestion = own.suggestion AND s.made IS NOT NULL
                      ORDER BY s.made, s.subject LIMIT 1) AS m ON true
 ORDER BY coalesce(own.in_favour_at, own.made) DESC NULLS LAST, own.suggestion LIMIT 20
"""
