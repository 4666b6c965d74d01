"""The queries behind the report of checklists: which runs there are, and how each step of each stands by the clock.

The same query is asked of everybody and, for a customer's page, of one person: only where the rows come from differs.
Playbooks are read from `policies` where they are; one whose settings cannot be read has no runs, and breaks nothing.
"""

from typing import LiteralString

from services.checklists.playbook import COMPLAINT, LATER, ORDER, TICKED, VISIT

NOTHING: LiteralString = "NULL::timestamptz"
SEEN: dict[str, LiteralString] = {event: column for thing in (ORDER, COMPLAINT) for event, column in thing.items()}

# Every version of every playbook, with the time in which it is in force. Policies are told apart by their first
# letters, which the key's index finds: '/' is the sign after '.'.
PLAYBOOKS = """
published AS MATERIALIZED (
    SELECT substr(policy, 11) AS checklist, policy_version, content::jsonb AS said, content_at AS since,
           lead(content_at) OVER (PARTITION BY policy ORDER BY content_at, content_by) AS until
      FROM policies WHERE policy >= 'checklist.' AND policy < 'checklist/' AND content_at <= %(now)s
), playbook AS MATERIALIZED (
    SELECT checklist, policy_version, since, until, said ->> 'event' AS event,
           said ->> 'called_off_by' AS called_off_by,
           coalesce(nullif(said ->> 'title', ''), checklist) AS title,
           CASE WHEN said ->> 'nth' ~ '^[1-9][0-9]{{0,3}}$' THEN (said ->> 'nth')::bigint END AS nth,
           string_to_array(nullif(said ->> 'stores', ''), E'\\n') AS stores,
           string_to_array(nullif(said ->> 'channels', ''), E'\\n') AS channels
      FROM published WHERE coalesce(said ->> 'nth', '1') ~ '^[1-9][0-9]{{0,3}}$'
), step AS MATERIALIZED (
    SELECT p.checklist, p.policy_version, s.place, s.step,
           coalesce(nullif(said ->> (step || '.title'), ''), step) AS title,
           coalesce(said ->> (step || '.who'), '') AS who, said ->> (step || '.seen') AS seen,
           CASE WHEN said ->> (step || '.within_seconds') ~ '^[1-9][0-9]{{0,8}}$'
                THEN make_interval(secs => (said ->> (step || '.within_seconds'))::integer) END AS within
      FROM published AS p
     CROSS JOIN LATERAL regexp_split_to_table(said ->> 'steps', ' ') WITH ORDINALITY AS s (step, place)
)
"""

_ORDER_TIMES: LiteralString = ", ".join(f"('{event}', o.{column})" for event, column in ORDER.items())

# Whatever can begin a run. Several times of a thing are several lines, of which playbooks ask some.
THINGS: LiteralString = f"""
thing AS (
    SELECT k.event, o.person, NULL AS checklist, o."order" AS thing, o.store, '' AS channel, k.at,
           row_number() OVER (PARTITION BY k.event, o.person ORDER BY k.at, o."order") AS nth,
           {", ".join(f"o.{column}" for column in ORDER.values())},
           {", ".join(f"{NOTHING} AS {column}" for column in COMPLAINT.values())}
      FROM {{orders}} AS o
     CROSS JOIN LATERAL (VALUES {_ORDER_TIMES}) AS k (event, at)
     WHERE k.at IS NOT NULL AND k.event IN (SELECT event FROM playbook)
     UNION ALL
    SELECT '{next(iter(COMPLAINT))}', person, NULL, complaint, store, channel, opened,
           row_number() OVER (PARTITION BY person ORDER BY opened, complaint),
           {", ".join(NOTHING for _ in ORDER)}, opened, acknowledged, first_reply,
           CASE WHEN coalesce(reopened <= resolved, true) THEN resolved END, satisfaction_at
      FROM {{complaint_cases}} AS c
     WHERE opened IS NOT NULL AND '{next(iter(COMPLAINT))}' IN (SELECT event FROM playbook)
     UNION ALL
    SELECT '{VISIT}', person, NULL, session, store, '', entered, NULL, {", ".join(NOTHING for _ in SEEN)}
      FROM {{visits}} AS v
     WHERE session <> '' AND store IN (SELECT unnest(stores) FROM playbook WHERE event = '{VISIT}')
     UNION ALL
    SELECT '{TICKED}', person, checklist, run, (array_agg(store ORDER BY store_at, store_by))[1], '', min(done), NULL,
           {", ".join(NOTHING for _ in SEEN)}
      FROM {{checklist_steps}} AS s
     WHERE checklist IN (SELECT checklist FROM playbook WHERE event = '{TICKED}') GROUP BY person, checklist, run
)
"""

# What was ticked, by run and, for playbooks of which a person has one run, under any name; and what the same person did
# otherwise, with all its times.
DONE = """
ticked AS (
    SELECT person, checklist, step, coalesce(run, '') AS run, min(done) AS done,
           (array_agg(doer ORDER BY done, doer))[1] AS doer
      FROM {checklist_steps} AS s WHERE done <= %(now)s AND checklist IN (SELECT checklist FROM playbook)
     GROUP BY GROUPING SETS ((person, checklist, step, run), (person, checklist, step))
), later AS (
    SELECT person, event, array_agg(at) AS times
      FROM (SELECT person, 'regulars.order.placed' AS event, ordered AS at FROM {orders} AS o
             WHERE ordered IS NOT NULL AND 'regulars.order.placed' IN (SELECT seen FROM step)
             UNION ALL
            SELECT person, 'regulars.feedback.given', each.at
              FROM {ratings} AS r CROSS JOIN LATERAL (VALUES (first_given), (last_given)) AS each (at)
             WHERE 'regulars.feedback.given' IN (SELECT seen FROM step)) AS l
     GROUP BY person, event
)
"""

# Each run that had begun by the clock, under the version of its playbook that was in force when it began.
RUNS = """
every_run AS (
    SELECT t.*, p.checklist AS playbook, p.policy_version, p.title AS playbook_title, p.called_off_by,
           CASE WHEN p.nth IS NULL THEN t.thing ELSE '' END AS ticked_as
      FROM playbook AS p
      JOIN thing AS t ON t.event = p.event AND t.at >= p.since AND (p.until IS NULL OR t.at < p.until)
       AND (p.nth IS NULL OR t.nth = p.nth) AND (p.stores IS NULL OR t.store = ANY (p.stores))
       AND (p.channels IS NULL OR t.channel = ANY (p.channels))
       AND (t.checklist IS NULL OR t.checklist = p.checklist)
     WHERE t.at <= %(now)s
), run AS (SELECT * FROM every_run {narrowed})
"""

NARROWED = """
 WHERE (%(store)s::text IS NULL OR store = %(store)s) AND (%(about)s::text IS NULL OR playbook = %(about)s)
   AND at::date >= %(begin)s::date AND at::date <= %(end)s::date
"""

# Which time of a run's thing an event is; an order that is asked for as a step is another one.
_TIMES: LiteralString = " ".join(
    f"WHEN '{event}' THEN r.{column}" for event, column in SEEN.items() if event not in LATER
)

# Each step of each run. Kept and late are settled, and so is missed until somebody does it after all; ahead was done
# before a deadline that is still to come.
STEPS: LiteralString = f"""
seen AS (
    SELECT r.playbook AS checklist, r.policy_version, r.playbook_title, r.person, r.thing, r.store, r.at AS began,
           s.place, s.step, s.title, s.who, r.at + s.within AS due, d.doer,
           least(d.done, CASE s.seen {_TIMES}
                 ELSE (SELECT min(e.at) FROM unnest(l.times) AS e (at) WHERE e.at > r.at) END) AS done_at,
           CASE r.called_off_by {_TIMES} END AS called_off
      FROM run AS r
      JOIN step AS s ON s.checklist = r.playbook AND s.policy_version = r.policy_version AND s.within IS NOT NULL
      LEFT JOIN ticked AS d
        ON d.person = r.person AND d.checklist = r.playbook AND d.step = s.step AND d.run = r.ticked_as
      LEFT JOIN later AS l ON l.person = r.person AND l.event = s.seen
), heard AS (
    SELECT seen.*, CASE WHEN done_at <= %(now)s THEN done_at END AS done FROM seen
), stands AS (
    SELECT heard.*, CASE WHEN done <= due THEN CASE WHEN due <= %(now)s THEN 'kept' ELSE 'ahead' END
                        WHEN called_off < due AND called_off <= %(now)s THEN 'called_off'
                        WHEN done IS NOT NULL THEN 'late' WHEN due < %(now)s THEN 'missed' ELSE 'open' END AS state
      FROM heard
)
"""

WHOLE: LiteralString = f"WITH {PLAYBOOKS}, {THINGS}, {DONE}, {RUNS}, {STEPS}"
ROWS = ("orders", "complaint_cases", "visits", "checklist_steps", "ratings")
OF_EVERYBODY = WHOLE.format(narrowed=NARROWED, **{name: f"{name}_by_person" for name in ROWS})
OF_ONE = WHOLE.format(narrowed="", **{name: f"{name}_of(%(subject)s)" for name in ROWS})

# How each step stands, in each store and in all of them, which is the row without a store.
BY_STEP = f"""{OF_EVERYBODY}
SELECT checklist, store, step, max(title) AS title, max(who) AS who, count(*) AS runs,
       count(*) FILTER (WHERE state = 'kept') AS kept, count(*) FILTER (WHERE state = 'late') AS late,
       count(*) FILTER (WHERE state = 'missed') AS missed, count(*) FILTER (WHERE state = 'ahead') AS ahead,
       count(*) FILTER (WHERE state = 'open') AS open, count(*) FILTER (WHERE state = 'called_off') AS called_off
  FROM stands GROUP BY GROUPING SETS ((checklist, step), (checklist, step, store))
 ORDER BY checklist, min(place), step, store NULLS FIRST
"""

EACH_RUN = """
each_run AS (
    SELECT checklist, policy_version, playbook_title, person, thing, store, began,
           bool_or(state = 'missed') AS late, bool_or(state = 'open') AS under_way,
           bool_and(state IN ('kept', 'late', 'missed')) AS due, bool_and(state = 'kept') AS kept
      FROM stands GROUP BY checklist, policy_version, playbook_title, person, thing, store, began
)
"""

# How the runs of each playbook stand; one that was published and never began has none.
BY_PLAYBOOK = f"""{OF_EVERYBODY}, {EACH_RUN}
SELECT p.checklist, (array_agg(p.title ORDER BY p.event IS NULL, p.since DESC, p.policy_version DESC))[1] AS title,
       bool_or(p.event IS NOT NULL AND p.until IS NULL) AS in_force, max(p.since) AS since,
       coalesce(sum(r.runs), 0)::bigint AS runs,
       coalesce(sum(r.late), 0)::bigint AS late, coalesce(sum(r.under_way), 0)::bigint AS under_way,
       coalesce(sum(r.due), 0)::bigint AS due, coalesce(sum(r.kept), 0)::bigint AS kept
  FROM playbook AS p
  LEFT JOIN (SELECT checklist, policy_version, count(*) AS runs, count(*) FILTER (WHERE late) AS late,
                    count(*) FILTER (WHERE under_way AND NOT late) AS under_way, count(*) FILTER (WHERE due) AS due,
                    count(*) FILTER (WHERE due AND kept) AS kept
               FROM each_run GROUP BY checklist, policy_version) AS r USING (checklist, policy_version)
 WHERE %(about)s::text IS NULL OR p.checklist = %(about)s
 GROUP BY p.checklist ORDER BY late DESC, runs DESC, p.checklist
"""

# Runs: those with a step that is missing, the longest overdue first; then by what is next; then what is over.
LISTED = f"""{OF_EVERYBODY}
SELECT checklist, person, thing AS run, store, began,
       coalesce(jsonb_agg(jsonb_build_object('step', step, 'at', done, 'in_time', done <= due, 'by', doer)
                          ORDER BY done, place) FILTER (WHERE done IS NOT NULL), '[]') AS happened,
       (array_agg(step ORDER BY due, place) FILTER (WHERE state = 'open'))[1] AS next,
       min(due) FILTER (WHERE state = 'open') AS next_due,
       (array_agg(who ORDER BY due, place) FILTER (WHERE state = 'open'))[1] AS next_who,
       coalesce(array_agg(step ORDER BY due, place) FILTER (WHERE state = 'missed'), '{{}}') AS missed,
       min(due) FILTER (WHERE state = 'missed') AS late_since,
       coalesce(array_agg(step ORDER BY due, place) FILTER (WHERE state = 'late'), '{{}}') AS done_late
  FROM stands GROUP BY checklist, policy_version, person, thing, store, began
 ORDER BY late_since, next_due, began DESC, checklist, person, thing, store LIMIT %(limit)s
"""

# What was ticked of no run there is: of a checklist that no playbook describes, of a thing that never came, or a step
# that the playbook of then does not have.
STRAY = f"""{OF_EVERYBODY}
SELECT c.checklist, c.step, count(*) AS ticks, count(DISTINCT (c.person, c.run)) AS runs, max(c.done) AS last
  FROM checklist_steps_by_person AS c
 WHERE c.done <= %(now)s AND c.done::date >= %(begin)s::date AND c.done::date <= %(end)s::date
   AND (%(store)s::text IS NULL OR c.store = %(store)s) AND (%(about)s::text IS NULL OR c.checklist = %(about)s)
   AND NOT EXISTS (SELECT FROM every_run AS r JOIN step AS s
                       ON s.checklist = r.playbook AND s.policy_version = r.policy_version
                    WHERE r.playbook = c.checklist AND r.person = c.person AND s.step = c.step
                      AND r.ticked_as IN ('', c.run))
 GROUP BY c.checklist, c.step ORDER BY ticks DESC, c.checklist, c.step LIMIT %(limit)s
"""

# What is to be done for one person now: steps whose deadline is to come, or passed within so many days.
NEXT_STEPS = f"""{OF_ONE}
SELECT checklist, playbook_title AS title, thing AS run, store, step, title AS step_title, who, due,
       state = 'missed' AS late
  FROM stands WHERE state IN ('open', 'missed') AND due >= %(now)s::timestamptz - interval '30 days'
 ORDER BY due, checklist, thing, place LIMIT 20
"""
