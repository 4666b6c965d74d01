"""Makes up a house of many customers with a long history, for measuring what people see of it.

Rows are written straight into the live tables, and events straight onto the journal, since only looking is measured.
Customers have names that many share, buy as the forecasts' own stories say, are dialled in two months, complain now and
then, and have managers; the events are page views of theirs, spread over a year.
"""

from datetime import UTC, datetime, time

import numpy as np
from psycopg import sql

from projections import PROJECTIONS
from projections._engine.registry import live_tables
from services.benchmark.dial import MONTHS, fill_purchases
from services.benchmark.measuring import Heard
from services.benchmark.page import fill_tables
from services.dial.fitting import Wanted, fit_month
from services.directory.filling import fill
from services.house.clock import put_clock
from services.installation import Connection, Installation
from services.segments.members import refresh

NOW = datetime.combine(MONTHS[-1], time(12), UTC)
AT_ONCE = 200_000

# Some hundred first names and some ten thousand last names, the front ones often.
NAMED = """
UPDATE {profile} SET last_seen = %(now)s - (substr(subject, 10)::bigint * 7919 %% 400) * interval '1 day',
       traits = jsonb_build_object(
    'name', jsonb_build_array(1, 'a', initcap(
        (ARRAY['an','be','cla','do','eli','fre','gun','hen','iso','jo','kat','lu','ma','nor','ol','pau'])
            [1 + i * i %% 16]
        || (ARRAY['na','bel','ra','tte','sa','da','bert','rik'])[1 + i / 16 %% 8] || ' ' ||
        (ARRAY['sm','br','th','jo','wil','ev','rob','wal','gre','ha','cl','wo'])[1 + i * 3 %% 12]
        || (ARRAY['ith','own','om','nes','son','ans','erts','ker'])[1 + i / 12 %% 8]
        || CASE WHEN i %% 3 = 0 THEN '' ELSE (ARRAY['man','ley','by','ton','wick','ford'])[1 + i / 100 %% 6] END
        || CASE WHEN i %% 5 > 0 THEN '' ELSE substr(md5(i::text), 1, 2) END)),
    'email', jsonb_build_array(1, 'a', 'c' || i || '@example.org'),
    'phone', jsonb_build_array(1, 'a', '+44 20 ' || (10000000 + i)))
  FROM (SELECT subject AS who, substr(subject, 10)::bigint AS i FROM {profile}) AS n WHERE n.who = subject
"""

# One in twenty complained, and of these one in a hundred still waits; none was opened again.
COMPLAINED = "DELETE FROM {complaint_cases} WHERE substr(subject, 10)::bigint %% 20 <> 0"
WAITING = """
UPDATE {complaint_cases} SET resolved = NULL, reopened = NULL, first_reply = NULL,
       opened = %(now)s - (substr(subject, 10)::bigint %% 90) * interval '1 hour',
       steps = ARRAY[format('["%%s","raised","w1"]',
                            to_char(%(now)s - (substr(subject, 10)::bigint %% 90) * interval '1 hour',
                                    'YYYY-MM-DD"T"HH24:MI:SS"Z"'))]
 WHERE substr(subject, 10)::bigint %% 2000 = 0
"""
# Of the tasks one in a hundred is still to be done, and of the contacts one in five hundred still waits; of the planned
# contacts one in a hundred has not been made. Deadlines lie some days before and after the clock.
TASKED = """
UPDATE {tasks} SET task = 't-' || i, done = CASE WHEN i %% 100 > 0 THEN done END, dropped = NULL,
       due = CASE WHEN i %% 100 > 0 THEN due ELSE %(now)s + (i / 100 %% 21 - 7) * interval '1 day' END,
       assignee = 'w' || 1 + 10 * (i / 100 %% 250),
       store = (ARRAY['web', 'leeds', 'york', 'hull'])[1 + i %% 4],
       reason = (ARRAY['complaint_opened', 'promise_due', 'birthday', 'falling'])[1 + i / 7 %% 4]
  FROM (SELECT subject AS who, substr(subject, 10)::bigint AS i FROM {tasks}) AS n WHERE n.who = subject
"""
ASKED = """
UPDATE {contacts} SET contact = 'k-' || i, store = (ARRAY['web', 'leeds', 'york', 'hull'])[1 + i %% 4],
       bucket = (ARRAY['product_information', 'problem_resolution', 'access_to_people', 'access_to_process'])
                    [1 + i / 3 %% 4],
       channel = (ARRAY['email', 'phone', 'chat'])[1 + i %% 3],
       asked = %(now)s - (i * 7919 %% 8760) * interval '1 hour',
       first_answered = CASE WHEN i %% 500 > 0
                             THEN %(now)s - (i * 7919 %% 8760) * interval '1 hour' + i %% 50 * interval '7 minutes' END,
       first_resolved = NULL
  FROM (SELECT subject AS who, substr(subject, 10)::bigint AS i FROM {contacts}) AS n WHERE n.who = subject
"""
PLANNED = """
UPDATE {contact_plans} SET made = CASE WHEN i %% 100 > 0 THEN made END, skipped = NULL,
       due_on = CASE WHEN i %% 100 > 0 THEN due_on ELSE (%(now)s::timestamptz)::date + (i / 100 %% 60 - 20)::integer END
  FROM (SELECT subject AS who, substr(subject, 10)::bigint AS i FROM {contact_plans}) AS n WHERE n.who = subject
"""
STORED = """
UPDATE {table} SET complaint = 'c-' || substr(subject, 10), reopened = NULL,
       store = (ARRAY['web', 'leeds', 'york', 'hull'])[1 + substr(subject, 10)::bigint %% 4]
"""
MANAGED = "DELETE FROM {managers} WHERE substr(subject, 10)::bigint %% 10 <> 0"

SHAPES = (COMPLAINED, MANAGED, WAITING, NAMED, TASKED, ASKED, PLANNED)

EVENTS = """
INSERT INTO journal.event (partition, "offset", recorded_at, "time", id, subject, type, value)
SELECT partition, (row_number() OVER (PARTITION BY partition ORDER BY number)) - 1 + %(before)s / %(partitions)s,
       at, at, id, subject, 'regulars.visit.page_viewed.v1',
       convert_to(format('{{"specversion":"1.0","id":"%%s","source":"urn:regulars:benchmark","type":'
                         '"regulars.visit.page_viewed.v1","time":"%%s","subject":"%%s","datacontenttype":'
                         '"application/json","data":{{"page":"/kitchen","title":"Everything for the home and garden",'
                         '"referrer":"","store":"web","session":""}}}}', id,
                         to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), subject), 'UTF8')
  FROM (SELECT number, (number %% %(partitions)s)::integer AS partition,
               %(now)s - interval '365 days' + (number::float8 / %(events)s) * interval '365 days' AS at,
               lpad(to_hex(number), 12, '0') || '-benchmark' AS id,
               'customer:' || 1 + (number * 7919) %% %(customers)s AS subject
          FROM generate_series(%(before)s::bigint, %(before)s + %(some)s - 1) AS g (number)) AS e
"""

CHECKPOINTS = """
UPDATE engine.checkpoint AS c SET next_offset = p.next_offset
  FROM journal.partition AS p WHERE p.partition = c.partition
"""
PARTITIONS = """
UPDATE journal.partition AS p
   SET next_offset = coalesce((SELECT max("offset") + 1 FROM journal.event AS e WHERE e.partition = p.partition), 0),
       last_recorded_at = %(now)s
"""


def make_house(installation: Installation, customers: int, events: int, heard: Heard) -> None:
    """Make up customers with everything that is known of them, and this many events of theirs."""
    with installation.connect("regulars bench seen") as connection:
        fill_tables(connection, customers, heard, rows_a_customer=1)
        _tell(connection, events, customers, heard)
        _shape(connection, customers, heard)
        connection.execute(PARTITIONS, {"now": NOW})
        connection.execute(CHECKPOINTS)
        put_clock(connection, NOW)
        for number, day in enumerate(MONTHS):
            heard("dialling", number, len(MONTHS))
            fit_month(connection, installation.journal(), installation.connect, Wanted("GBP", day))
        connection.execute(CHECKPOINTS)
        heard("finding members", 0, 1)
        refresh(connection, NOW, "GBP")
        heard("filling the directory", 0, 1)
        fill(connection, installation.journal().log_id, NOW)
        connection.execute("VACUUM (ANALYZE)")


def _tell(connection: Connection, events: int, customers: int, heard: Heard) -> None:
    """Write events onto the journal; its partitions take turns."""
    partitions: int = connection.execute("SELECT count(*) FROM journal.partition").fetchall()[0][0]
    for before in range(0, events, AT_ONCE):
        heard("telling", before, events)
        some = min(AT_ONCE, events - before)
        asked = {"before": before, "some": some, "events": events, "customers": customers}
        connection.execute(EVENTS.replace("{{", "{").replace("}}", "}"), asked | {"partitions": partitions, "now": NOW})


def _shape(connection: Connection, customers: int, heard: Heard) -> None:
    """Have the customers differ as people do."""
    tables = {table.projection.name: table.name for table in live_tables(connection, PROJECTIONS)}
    named = {name: sql.Identifier("projection", table) for name, table in tables.items()}
    statements = [sql.SQL(statement).format(**named) for statement in SHAPES] + [
        sql.SQL(STORED).format(table=named["complaint_cases"])
    ]
    for number, statement in enumerate(statements):
        heard("shaping", number, len(statements))
        connection.execute(statement, {"now": NOW})
    connection.execute(sql.SQL("TRUNCATE {}").format(named["purchases"]))
    fill_purchases(connection, tables["purchases"], customers, np.random.default_rng(42), heard)
    connection.execute(
        "VACUUM (FULL, ANALYZE) {}".format(sql.Identifier("projection", tables["profile"]).as_string(connection))
    )
