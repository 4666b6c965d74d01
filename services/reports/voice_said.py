"""The queries behind the report of the customers' voice: suggestions with their votes, and ratings."""

THEME = "left(btrim(regexp_replace(lower({}), '[\\s_-]+', ' ', 'g')), 200)"

# Each person's last vote on each suggestion. Only a few rows are not votes, so they are not merged row by row first.
VOTES = """
SELECT DISTINCT ON (s.suggestion, coalesce(p.person, s.subject)) s.suggestion, coalesce(p.person, s.subject) AS person,
       s.in_favour, s.in_favour_at
  FROM suggestions AS s LEFT JOIN person_of AS p ON p.identifier = s.subject WHERE s.in_favour_at <= %(now)s
 ORDER BY s.suggestion, coalesce(p.person, s.subject), s.in_favour_at DESC, s.in_favour_by DESC
"""

# Each suggestion that was made by the clock: what was said first, the votes, the last decision.
SUGGESTIONS = f"""
suggestion AS MATERIALIZED (
    SELECT m.*, coalesce(v.in_favour, 0) AS in_favour, coalesce(v.against, 0) AS against,
           coalesce(d.status, 'open') AS status, d.reason, d.decided, d.first_decided
      FROM (SELECT DISTINCT ON (s.suggestion) s.suggestion, coalesce(p.person, s.subject) AS person, s.made, s.theme,
                   s.wording, s.store
              FROM suggestions AS s LEFT JOIN person_of AS p ON p.identifier = s.subject
             WHERE s.made <= %(now)s ORDER BY s.suggestion, s.made, s.theme_by, s.subject) AS m
      LEFT JOIN (SELECT suggestion, count(*) FILTER (WHERE in_favour) AS in_favour,
                        count(*) FILTER (WHERE NOT in_favour) AS against
                   FROM ({VOTES}) AS v GROUP BY suggestion) AS v USING (suggestion)
      LEFT JOIN (SELECT DISTINCT ON (suggestion) suggestion, status, reason, status_at AS decided,
                        min(first_decided) OVER (PARTITION BY suggestion) AS first_decided
                   FROM suggestions WHERE status_at <= %(now)s
                  ORDER BY suggestion, status_at DESC, status_by DESC) AS d USING (suggestion)
     WHERE (%(store)s::text IS NULL OR m.store = %(store)s)
       AND (%(begin)s::date IS NULL OR m.made::date >= %(begin)s) AND (%(end)s::date IS NULL OR m.made::date <= %(end)s)
)
"""

RATED = """
rated AS MATERIALIZED (
    SELECT coalesce(p.person, r.subject) AS person, r.store, date_trunc('month', r.day)::date AS month, r.about,
           r.rating, r.times
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

VOTERS = f"""
SELECT count(DISTINCT v.person) AS voters, count(*) AS votes,
       count(*) FILTER (WHERE m.suggestion IS NULL) AS stray_votes
  FROM ({VOTES}) AS v
  LEFT JOIN (SELECT DISTINCT suggestion FROM suggestions WHERE made <= %(now)s) AS m USING (suggestion)
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
  FROM (SELECT {THEME.format("coalesce(nullif(theme, ''), wording)")} AS theme_key, count(*) AS suggestions,
               sum(in_favour)::bigint AS in_favour, sum(against)::bigint AS against,
               count(*) FILTER (WHERE status IN ('planned', 'done', 'declined')) AS decided
          FROM suggestion GROUP BY 1) AS s
  FULL JOIN (SELECT {THEME.format("about")} AS theme_key, sum(ratings)::bigint AS ratings, sum(points)::bigint AS points
               FROM (SELECT about, sum(times) AS ratings, sum(times * rating) AS points FROM rated GROUP BY about) AS a
              GROUP BY 1) AS r USING (theme_key)
 ORDER BY coalesce(s.suggestions, 0) + coalesce(r.ratings, 0) DESC, theme_key LIMIT %(most)s
"""

# Ratings in all, by what they are about, by store and by month: which it is, the row tells in ``part``.
RATINGS = f"""
WITH {RATED}
SELECT CASE WHEN grouping(about) = 0 THEN 'about' WHEN grouping(store) = 0 THEN 'store'
            WHEN grouping(month) = 0 THEN 'month' ELSE 'whole' END AS part,
       about, store, month, count(DISTINCT person) AS people,
       coalesce(sum(times), 0)::bigint AS ratings, (sum(times * rating) / sum(times))::float8 AS mean,
       coalesce(sum(times) FILTER (WHERE rating >= 4), 0)::bigint AS satisfied,
       coalesce(sum(times) FILTER (WHERE rating <= 2), 0)::bigint AS dissatisfied
  FROM rated GROUP BY GROUPING SETS ((), (about), (store), (month))
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
