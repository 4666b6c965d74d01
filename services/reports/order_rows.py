"""Orders as reports and their customers see them: how each stands by now, and whether its promise was kept.

All of it is computed from rows of ``orders`` and the clock ``%(now)s``. An order has arrived when all of it has: when a
delivery that names no parcel was told of, or as many parcels were handed over as were sent, and then with the last one.

Merging the rows of one order under several identifiers of a person is dear, and few orders have several: of everybody's
only those are merged, which says the same as ``orders_by_person`` in a fraction of the time.
"""

from projections.orders import Orders

PLAIN = ", ".join(f"r.{column.name}" for column in Orders.columns)
MERGED = ", ".join(f"{column.combine()[column.name]} AS {column.name}" for column in Orders.columns)
OWNED = """(SELECT coalesce(p.person, o.subject) AS person, o.*
               FROM orders AS o LEFT JOIN person_of AS p ON p.identifier = o.subject
              WHERE %(about)s::text IS NULL OR o."order" = %(about)s) AS r"""
EVERYBODYS = f"""
(WITH several AS MATERIALIZED (SELECT r.person, r."order" FROM {OWNED} GROUP BY 1, 2 HAVING count(*) > 1)
 SELECT r.person, r."order", {PLAIN} FROM {OWNED}
  WHERE NOT EXISTS (SELECT FROM several AS s WHERE s.person = r.person AND s."order" = r."order")
  UNION ALL
 SELECT r.person, r."order", {MERGED} FROM {OWNED} JOIN several AS s ON s.person = r.person AND s."order" = r."order"
  GROUP BY 1, 2)
"""

# How orders stand. ``{source}`` is everybody's or one person's merged rows.
STANDING = """
SELECT s.*, s.state NOT IN ('delivered', 'cancelled', 'returned') AS open,
       CASE WHEN s.state = 'delivered' THEN s.arrived > s.promised
            WHEN s.state NOT IN ('cancelled', 'returned') THEN s.promised < %(now)s END AS late
  FROM (SELECT a.*, CASE WHEN a.arrived IS NOT NULL THEN 'delivered' WHEN a.cancelled IS NOT NULL THEN 'cancelled'
                         WHEN a.returned IS NOT NULL THEN 'returned' WHEN a.deliveries > 0 THEN 'partly_delivered'
                         WHEN a.shipments > 0 THEN 'on_its_way' WHEN a.step IS NOT NULL THEN 'in_work'
                         ELSE 'placed' END AS state
          FROM (SELECT o.person, o."order", o.store, o.ordered, o.first_promised, o.promised, o.step, o.shipped,
                       o.shipments, o.deliveries, o.cancelled, o.returned, o.way, o.ordered_lines, o.delivered_lines,
                       o.deliveries_counted,
                       coalesce(o.delivered_whole,
                                CASE WHEN o.deliveries >= o.shipments THEN o.last_delivered END) AS arrived
                  FROM {source} AS o
                 WHERE o.times_placed > 0 AND o.ordered <= %(now)s) AS a) AS s
"""

# Of everybody, narrowed by store, number and the days on which orders were placed.
PLACED = f"""
SELECT * FROM ({STANDING.format(source=EVERYBODYS)}) AS p
 WHERE (%(store)s::text IS NULL OR p.store = %(store)s)
   AND (%(begin)s::date IS NULL OR p.ordered >= %(begin)s::date)
   AND (%(end)s::date IS NULL OR p.ordered < %(end)s::date + interval '1 day')
"""

# Of one person, named by any identifier.
OF_ONE = STANDING.format(source="orders_of(%(subject)s)")

# The stops of the order ``o``, in the order in which they were made.
STOPS = """
(SELECT coalesce(jsonb_agg(jsonb_build_object('at', w.at, 'kind', w.kind, 'parcel', w.parcel, 'word', w.word,
                                              'place', w.place) ORDER BY w.at, w.kind, w.parcel, w.word, w.place), '[]')
   FROM (SELECT (s ->> 0)::timestamptz AS at, s ->> 1 AS kind, s ->> 2 AS parcel, s ->> 3 AS word, s ->> 4 AS place
           FROM unnest(o.way) AS told CROSS JOIN LATERAL (SELECT told::jsonb AS s) AS read) AS w
  WHERE w.at <= %(now)s)
"""

# What was last heard of the order ``o``, such as ``sorted in Hull``.
LAST_STOP = """
(SELECT concat_ws(' in ', replace(coalesce(nullif(s ->> 3, ''), s ->> 1), '_', ' '), nullif(s ->> 4, ''))
   FROM unnest(o.way) AS told CROSS JOIN LATERAL (SELECT told::jsonb AS s) AS read
  WHERE (s ->> 0)::timestamptz <= %(now)s ORDER BY (s ->> 0)::timestamptz DESC, told DESC LIMIT 1)
"""

# A customer's page: what they still wait for, what is promised first of all.
OPEN_ORDERS = f"""
SELECT o."order", o.store, o.ordered, o.promised, o.late, o.state, o.step, {LAST_STOP} AS last_stop
  FROM ({OF_ONE}) AS o WHERE o.open ORDER BY o.promised NULLS LAST, o.ordered, o."order" LIMIT 10
"""

# One order of one person, whole.
ONE_ORDER = f"""
SELECT o."order", o.store, o.state, o.ordered, o.promised, o.late, o.arrived, o.cancelled, {STOPS} AS stops
  FROM ({OF_ONE}) AS o WHERE o."order" = %(order)s
"""
