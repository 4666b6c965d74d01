"""Runs of checklists, in SQL: which there are, and how each step of each stands by the clock.

The same query is asked of everybody and, for a customer's page, of one person: only where the rows come from differs.
Playbooks are read from `policies` where they are; one whose settings cannot be read has no runs, and breaks nothing.
"""

from typing import LiteralString

from services.checklists.playbook import (
    COMPLAINT,
    CONTACTED,
    LATER,
    ORDER,
    PLACED,
    RAISED,
    RATED,
    THINGS,
    TICKED,
    VISIT,
)

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
      FROM published CROSS JOIN LATERAL {many} AS m
     WHERE coalesce(said ->> 'nth', '1') ~ '^[1-9][0-9]{{0,3}}$'
), step AS MATERIALIZED (
    SELECT p.checklist, p.policy_version, s.place, s.step,
           dense_rank() OVER (ORDER BY p.checklist, s.step) AS step_number,
           coalesce(nullif(said ->> (step || '.title'), ''), step) AS title,
           coalesce(said ->> (step || '.who'), '') AS who, said ->> (step || '.seen') AS seen,
           CASE WHEN said ->> (step || '.within_seconds') ~ '^[1-9][0-9]{{0,8}}$'
                THEN make_interval(secs => (said ->> (step || '.within_seconds'))::integer) END AS within
      FROM published AS p
     CROSS JOIN LATERAL regexp_split_to_table(said ->> 'steps', ' ') WITH ORDINALITY AS s (step, place)
)
"""

_BEGINNINGS: LiteralString = ", ".join(
    f"('{event}', o.{ORDER[event]}, {'o.nth' if event == PLACED else 'NULL'})"
    for event, thing in THINGS.items()
    if thing is ORDER
)
_ORDER_EVENTS: LiteralString = ", ".join(f"'{event}'" for event, thing in THINGS.items() if thing is ORDER)

# Each order and each tick once, since several parts of the query ask for them; orders only where a playbook does.
OWN: LiteralString = f"""
own_order AS MATERIALIZED (
    SELECT person, "order", store, {", ".join(ORDER.values())},
           row_number() OVER (PARTITION BY person ORDER BY ordered, "order") AS nth
      FROM {{orders}} AS o
     WHERE EXISTS (SELECT FROM playbook WHERE event IN ({_ORDER_EVENTS}))
        OR EXISTS (SELECT FROM step WHERE seen = '{PLACED}')
), own_tick AS MATERIALIZED (
    SELECT person, checklist, run, step, done, doer, store, store_at, store_by FROM {{checklist_steps}} AS s
     WHERE done <= %(now)s
)
"""

# Whatever can begin a run. Several times of an order are several lines, of which playbooks ask some.
BEGUN: LiteralString = f"""
thing AS (
    SELECT k.event, o.person, NULL AS checklist, o."order" AS thing, o.store, '' AS channel, k.at, k.nth,
           {", ".join(f"o.{column}" for column in ORDER.values())},
           {", ".join(f"{NOTHING} AS {column}" for column in COMPLAINT.values())}
      FROM own_order AS o CROSS JOIN LATERAL (VALUES {_BEGINNINGS}) AS k (event, at, nth)
     WHERE k.at IS NOT NULL AND k.event IN (SELECT event FROM playbook)
     UNION ALL
    SELECT '{RAISED}', person, NULL, complaint, store, channel, opened,
           row_number() OVER (PARTITION BY person ORDER BY opened, complaint),
           {", ".join(NOTHING for _ in ORDER)}, opened, acknowledged, first_reply,
           CASE WHEN coalesce(reopened <= resolved, true) THEN resolved END, satisfaction_at
      FROM {{complaint_cases}} AS c
     WHERE opened IS NOT NULL AND EXISTS (SELECT FROM playbook WHERE event = '{RAISED}')
     UNION ALL
    SELECT '{VISIT}', person, NULL, session, store, '', entered, NULL, {", ".join(NOTHING for _ in SEEN)}
      FROM {{visits}} AS v
     WHERE session <> '' AND store IN (SELECT unnest(stores) FROM playbook WHERE event = '{VISIT}')
     UNION ALL
    SELECT '{TICKED}', person, checklist, run, (array_agg(store ORDER BY store_at, store_by))[1], '', min(done), NULL,
           {", ".join(NOTHING for _ in SEEN)}
      FROM own_tick WHERE checklist IN (SELECT checklist FROM playbook WHERE event = '{TICKED}')
     GROUP BY person, checklist, run
)
"""

# What was ticked, by run and, for playbooks of which a person has one run, under any name; and what the same person did
# otherwise, with all its times.
DONE: LiteralString = f"""
ticked AS (
    SELECT t.person, s.step_number, coalesce(t.run, '') AS run, min(t.done) AS done,
           (array_agg(t.doer ORDER BY t.done, t.doer))[1] AS doer
      FROM own_tick AS t
      JOIN (SELECT DISTINCT checklist, step, step_number FROM step) AS s
        ON s.checklist = t.checklist AND s.step = t.step
     GROUP BY GROUPING SETS ((t.person, s.step_number, t.run), (t.person, s.step_number))
), later AS (
    SELECT person, event, array_agg(at) AS times
      FROM (SELECT person, '{PLACED}' AS event, ordered AS at FROM own_order
             WHERE ordered IS NOT NULL AND EXISTS (SELECT FROM step WHERE seen = '{PLACED}')
             UNION ALL
            SELECT person, '{RATED}', each.at
              FROM {{ratings}} AS r CROSS JOIN LATERAL (VALUES (first_given), (last_given)) AS each (at)
             WHERE EXISTS (SELECT FROM step WHERE seen = '{RATED}')
             UNION ALL
            SELECT person, '{CONTACTED}', made FROM {{contact_plans}} AS c
             WHERE made IS NOT NULL AND EXISTS (SELECT FROM step WHERE seen = '{CONTACTED}')) AS l
     GROUP BY person, event
)
"""

# Each run that had begun by the clock, under the version of its playbook that was in force when it began.
RUNS: LiteralString = """
every_run AS MATERIALIZED (
    SELECT row_number() OVER () AS number, t.*, p.checklist AS playbook, p.policy_version, p.title AS playbook_title,
           p.called_off_by, CASE WHEN p.nth IS NULL THEN t.thing ELSE '' END AS ticked_as
      FROM playbook AS p
      JOIN thing AS t ON t.event = p.event AND CASE WHEN
           t.at <= %(now)s AND t.at >= p.since AND (p.until IS NULL OR t.at < p.until)
       AND (p.nth IS NULL OR t.nth = p.nth) AND (p.stores IS NULL OR t.store = ANY (p.stores))
       AND (p.channels IS NULL OR t.channel = ANY (p.channels))
       AND (t.checklist IS NULL OR t.checklist = p.checklist) THEN true ELSE false END
)
"""

# Which time of a run's thing an event is; an order that is asked for as a step is another one.
_TIMES: LiteralString = " ".join(
    f"WHEN '{event}' THEN r.{column}" for event, column in SEEN.items() if event not in LATER
)

# Each step of some runs. Kept and late are settled, and so is missed until somebody does it after all; ahead was done
# before a deadline that is still to come. Without OFFSET Postgres would work each time out wherever it is named.
STANDS: LiteralString = f"""
SELECT h.*, CASE WHEN done <= due THEN CASE WHEN due <= %(now)s THEN 'kept' ELSE 'ahead' END
                 WHEN called_off < due AND called_off <= %(now)s THEN 'called_off'
                 WHEN done IS NOT NULL THEN 'late' WHEN due < %(now)s THEN 'missed' ELSE 'open' END AS state
  FROM (SELECT s.*, CASE WHEN done_at <= %(now)s THEN done_at END AS done
          FROM (SELECT r.number, r.playbook AS checklist, r.playbook_title, r.person, r.thing, r.store, r.at AS began,
                       s.step_number, s.place, s.step, s.title, s.who, r.at + s.within AS due, d.doer,
                       least(d.done, CASE s.seen {_TIMES} ELSE (
                           SELECT min(e.at) FROM unnest(l.times) AS e (at) WHERE e.at > r.at) END) AS done_at,
                       CASE r.called_off_by {_TIMES} END AS called_off
                  FROM {{run}} AS r
                  JOIN step AS s
                    ON s.checklist = r.playbook AND s.policy_version = r.policy_version AND s.within IS NOT NULL
                  LEFT JOIN ticked AS d
                    ON d.person = r.person AND d.step_number = s.step_number AND d.run = r.ticked_as
                  LEFT JOIN later AS l ON l.person = r.person AND l.event = s.seen OFFSET 0)
               AS s OFFSET 0) AS h OFFSET 0
"""

WHOLE: LiteralString = f"WITH {PLAYBOOKS}, {OWN}, {BEGUN}, {DONE}, {RUNS}"
ROWS = ("orders", "complaint_cases", "visits", "checklist_steps", "ratings", "contact_plans")

# One row, of which Postgres thinks that there are a thousand: a playbook of everybody has very many runs, and whoever
# plans for few of them builds hashes of the many.
MANY = "regexp_split_to_table('one', ',')"
OF_EVERYBODY = WHOLE.format(many=MANY, **{name: f"{name}_by_person" for name in ROWS})
OF_ONE = WHOLE.format(many="(SELECT 1)", **{name: f"{name}_of(%(subject)s)" for name in ROWS})

# What is to be done for one person now: steps whose deadline is to come, or passed within so many days.
NEXT_STEPS = f"""{OF_ONE}
SELECT checklist, playbook_title AS title, thing AS run, store, step, title AS step_title, who, due,
       state = 'missed' AS late
  FROM ({STANDS.format(run="every_run")}) AS s
 WHERE state IN ('open', 'missed') AND due >= %(now)s::timestamptz - interval '30 days'
 ORDER BY due, checklist, thing, place LIMIT 20
"""
