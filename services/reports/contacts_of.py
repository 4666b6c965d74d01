"""One customer's contacts, as SQL for their page: who looks after them, what was last, what is next, and who waits.

What everything means stands with the reports `contact_plan` and `contacts`. What is next may be overdue, by 30 days at
most; ``missed`` counts what nobody did in the year up to the clock.
"""

from typing import LiteralString

# A planned contact that was neither made nor left out by the clock.
OPEN: LiteralString = """
planned <= %(now)s AND coalesce(made > %(now)s, true) AND coalesce(skipped > %(now)s, true)
"""

CONTACTS_OF: LiteralString = f"""
WITH own AS MATERIALIZED (
    SELECT *, (%(now)s::timestamptz AT TIME ZONE 'UTC')::date AS today FROM contact_plans_of(%(subject)s)
), question AS MATERIALIZED (
    SELECT *, coalesce(first_answered <= %(now)s, false) AS answered
      FROM contacts_of(%(subject)s) WHERE asked <= %(now)s
)
SELECT (SELECT manager FROM managers_of(%(subject)s) WHERE reason_at <= %(now)s
         ORDER BY reason_at DESC, reason_by DESC LIMIT 1) AS manager,
       (SELECT json_build_object('at', made, 'planned', coalesce(planned <= %(now)s, false), 'purpose', purpose,
                                 'channel', channel, 'by', maker, 'plan', plan, 'contact', contact)
          FROM own WHERE made <= %(now)s ORDER BY made DESC, plan, contact LIMIT 1) AS last,
       (SELECT json_build_object('due_on', due_on, 'overdue', due_on < today, 'purpose', purpose, 'channel', channel,
                                 'by', planner, 'plan', plan, 'contact', contact)
          FROM own WHERE {OPEN} AND today - due_on <= 30 ORDER BY due_on, plan, contact LIMIT 1) AS next,
       (SELECT count(*) FROM own WHERE {OPEN} AND today - due_on BETWEEN 1 AND 365) AS missed,
       (SELECT json_build_object('at', asked, 'bucket', bucket, 'channel', channel, 'contact', contact,
                                 'answered', answered)
          FROM question ORDER BY asked DESC, contact LIMIT 1) AS last_question,
       (SELECT count(*) FROM question WHERE NOT answered) AS unanswered
"""

# The planned contacts that ``missed`` counts.
MISSED_OF: LiteralString = f"""
SELECT plan, contact, purpose, due_on FROM contact_plans_of(%(subject)s)
 WHERE {OPEN} AND (%(now)s::timestamptz AT TIME ZONE 'UTC')::date - due_on BETWEEN 1 AND 365
 ORDER BY due_on, plan, contact
"""
