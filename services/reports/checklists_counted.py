"""The query behind the report of checklists: everything of one reading of the rows, which may be many.

Each row of the answer says what it tells of in ``kind``, and what it tells in ``told``; times stand beside it.
"""

from services.reports.checklist_runs import OF_EVERYBODY, STANDS

RUN = """
run AS NOT MATERIALIZED (
    SELECT * FROM every_run
     WHERE (%(store)s::text IS NULL OR store = %(store)s) AND (%(about)s::text IS NULL OR playbook = %(about)s)
       AND at::date >= %(begin)s::date AND at::date <= %(end)s::date
)
"""

# How steps stand, by step, by step and store, and by run.
COUNTED = f"""
counted AS MATERIALIZED (
    SELECT step_number, store, number, count(*) AS steps, count(*) FILTER (WHERE state = 'kept') AS kept,
           count(*) FILTER (WHERE state = 'late') AS late, count(*) FILTER (WHERE state = 'missed') AS missed,
           count(*) FILTER (WHERE state = 'ahead') AS ahead, count(*) FILTER (WHERE state = 'open') AS open,
           count(*) FILTER (WHERE state = 'called_off') AS called_off,
           min(due) FILTER (WHERE state = 'missed') AS late_since, min(due) FILTER (WHERE state = 'open') AS next_due
      FROM ({STANDS.format(run="run")}) AS s
     GROUP BY GROUPING SETS ((step_number), (step_number, store), (number))
)
"""

# The row without a store is that of all stores.
BY_STEP = """
SELECT 'step' AS kind, row_number() OVER (ORDER BY s.checklist, s.place, s.step, c.store NULLS FIRST) AS place,
       to_jsonb(c) || to_jsonb(s) || jsonb_build_object('runs', c.steps) AS told,
       NULL::timestamptz AS at, c.late_since, c.next_due
  FROM counted AS c
  JOIN (SELECT DISTINCT ON (step_number) step_number, s.checklist, s.step, s.place, s.title, s.who
          FROM step AS s JOIN playbook AS p USING (checklist, policy_version)
         ORDER BY step_number, p.since DESC, s.policy_version DESC) AS s USING (step_number)
 WHERE c.number IS NULL
"""

# How the runs of each playbook stand; one that was published and never began has none.
BY_PLAYBOOK = """
SELECT 'playbook', row_number() OVER (ORDER BY coalesce(r.late, 0) DESC, coalesce(r.runs, 0) DESC, p.checklist),
       to_jsonb(p) || coalesce(to_jsonb(r), '{"runs": 0, "late": 0, "under_way": 0, "due": 0, "kept": 0}'),
       p.since, NULL, NULL
  FROM (SELECT DISTINCT ON (checklist) checklist, since, event IS NOT NULL AS in_force,
               first_value(title) OVER (PARTITION BY checklist ORDER BY event IS NULL, since DESC, policy_version DESC)
                   AS title
          FROM playbook ORDER BY checklist, until IS NOT NULL, since DESC, policy_version DESC) AS p
  LEFT JOIN (SELECT r.playbook AS checklist, count(*) AS runs, count(*) FILTER (WHERE missed > 0) AS late,
                    count(*) FILTER (WHERE open > 0 AND missed = 0) AS under_way,
                    count(*) FILTER (WHERE ahead + open + called_off = 0) AS due,
                    count(*) FILTER (WHERE kept = steps) AS kept
               FROM counted JOIN run AS r USING (number) GROUP BY r.playbook) AS r USING (checklist)
 WHERE %(about)s::text IS NULL OR p.checklist = %(about)s
"""

# Runs: those with a step that is missing, the longest overdue first; then by what is next; then what is over.
LISTED = """
first AS (
    SELECT r.*, c.late_since, c.next_due FROM counted AS c JOIN run AS r USING (number)
     ORDER BY c.late_since, c.next_due, r.at DESC, r.playbook, r.person, r.thing, r.store LIMIT %(limit)s
), listed AS MATERIALIZED (
    SELECT f.*, row_number() OVER (ORDER BY late_since, next_due, at DESC, playbook, person, thing, store) AS place
      FROM first AS f
)
"""

BY_RUN = f"""
SELECT 'run', l.place, jsonb_build_object(
           'checklist', l.playbook, 'person', l.person, 'run', l.thing, 'store', l.store) || s.told,
       l.at, l.late_since, l.next_due
  FROM listed AS l
  JOIN (SELECT number, jsonb_build_object(
                   'happened', coalesce(jsonb_agg(jsonb_build_object(
                       'step', step, 'at', to_char(done, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'in_time', done <= due,
                       'by', doer)
                       ORDER BY done, place) FILTER (WHERE done IS NOT NULL), '[]'),
                   'next', (array_agg(step ORDER BY due, place) FILTER (WHERE state = 'open'))[1],
                   'next_who', (array_agg(who ORDER BY due, place) FILTER (WHERE state = 'open'))[1],
                   'missed', coalesce(array_agg(step ORDER BY due, place) FILTER (WHERE state = 'missed'), '{{}}'),
                   'done_late', coalesce(array_agg(step ORDER BY due, place) FILTER (WHERE state = 'late'), '{{}}'))
                   AS told
          FROM ({STANDS.format(run="listed")}) AS s GROUP BY number) AS s USING (number)
"""

# What was ticked of no run there is: of a checklist that no playbook describes, of a thing that never came, or a step
# that the playbook of then does not have.
STRAY = """
(SELECT 'stray', row_number() OVER (ORDER BY count(*) DESC, t.checklist, t.step),
        jsonb_build_object('checklist', t.checklist, 'step', t.step, 'ticks', count(*),
                           'runs', count(DISTINCT (t.person, t.run))), max(t.done), NULL, NULL
   FROM own_tick AS t
  WHERE t.done::date >= %(begin)s::date AND t.done::date <= %(end)s::date
    AND (%(store)s::text IS NULL OR t.store = %(store)s) AND (%(about)s::text IS NULL OR t.checklist = %(about)s)
    AND NOT EXISTS (SELECT FROM every_run AS r
                     WHERE r.playbook = t.checklist AND r.person = t.person AND r.ticked_as IN ('', t.run)
                       AND (r.playbook, r.policy_version, t.step) IN (
                               SELECT checklist, policy_version, step FROM step))
  GROUP BY t.checklist, t.step ORDER BY count(*) DESC, t.checklist, t.step LIMIT %(limit)s)
"""

EVERYTHING = f"""{OF_EVERYBODY}, {RUN}, {COUNTED}, {LISTED}
{BY_STEP} UNION ALL {BY_PLAYBOOK} UNION ALL {BY_RUN} UNION ALL {STRAY} ORDER BY kind, place
"""
