"""Keeps the dials of a month: one transaction takes the old ones of a currency away and puts the new ones in."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import numpy as np
from psycopg import sql
from psycopg.types.json import Jsonb

from projections._engine.registry import Connection
from services.dial import binary
from services.dial.dialling import Dials
from services.dial.model import Model
from services.forecasting.arrays import Whole

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('regulars.dial.' || %(currency)s))"

REMOVE = "DELETE FROM projection.dial WHERE month = %(month)s AND currency = %(currency)s"

KEEP = """
INSERT INTO projection.dial (month, currency, person, store, first_day, last_day, days, recent_minor, longer_minor,
                             {columns})
SELECT %(month)s, %(currency)s, h.person, h.store, DATE '1970-01-01' + h.first_day::integer,
       DATE '1970-01-01' + h.last_day::integer, h.days, h.recent_minor, h.longer_minor, {values}
  FROM pg_temp.dial_history AS h JOIN pg_temp.dial_result AS r USING (number) ORDER BY h.person
"""

KEEP_FIT = """
INSERT INTO projection.dial_fit (month, currency, day, event_id, positions, parameters, customers)
VALUES (%(month)s, %(currency)s, %(day)s, %(event_id)s, %(positions)s, %(parameters)s, %(customers)s)
ON CONFLICT (month, currency) DO UPDATE
   SET day = excluded.day, event_id = excluded.event_id, positions = excluded.positions,
       parameters = excluded.parameters, customers = excluded.customers, computed_at = now()
"""

ROWS = """
COPY (SELECT * FROM projection.dial WHERE month = {month} AND currency = {currency} ORDER BY person) TO STDOUT
"""


class Fit(NamedTuple):
    """What a fit was recorded with: the event's id, the positions of what it was made of, the parameters."""

    event_id: str
    positions: Mapping[str, int]
    parameters: Mapping[str, str]


def keep(connection: Connection, model: Model, fit: Fit, dials: Dials) -> None:
    """Replace the dials of the model's month and currency. The histories have to be worked out in this session."""
    columns = {"number": _numbers(dials), **dials.columns()}
    names = sql.SQL(", ").join(map(sql.Identifier, dials.columns()))
    asked = {"month": model.month, "currency": model.currency}
    with connection.transaction():
        connection.execute(ONE_AT_A_TIME, asked)
        _stage(connection, columns)
        connection.execute(REMOVE, asked)
        values = sql.SQL(", ").join(sql.Identifier("r", name) for name in dials.columns())
        connection.execute(sql.SQL(KEEP).format(columns=names, values=values), asked)
        rest = {"day": model.day, "event_id": fit.event_id, "customers": len(dials.alive_ppm)}
        documents = {"positions": Jsonb(dict(fit.positions)), "parameters": Jsonb(dict(fit.parameters))}
        connection.execute(KEEP_FIT, asked | rest | documents)


def _numbers(dials: Dials) -> Whole:
    return np.arange(len(dials.alive_ppm), dtype=np.int64)


def _stage(connection: Connection, columns: Mapping[str, Whole]) -> None:
    fields = sql.SQL(", ").join(sql.SQL("{} bigint").format(sql.Identifier(name)) for name in columns)
    connection.execute("DROP TABLE IF EXISTS pg_temp.dial_result")
    connection.execute(sql.SQL("CREATE TEMP TABLE dial_result ({}) ON COMMIT DROP").format(fields))
    with connection.cursor() as cursor, cursor.copy("COPY pg_temp.dial_result FROM STDIN (FORMAT BINARY)") as copy:
        for block in binary.blocks(columns):
            copy.write(block)


def digest(connection: Connection, month: date, currency: str) -> str:
    """Return the SHA-256 of a month's dials, a line a customer in the order of persons."""
    hashed = hashlib.sha256()
    statement = sql.SQL(ROWS).format(month=sql.Literal(month), currency=sql.Literal(currency))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for line in copy:
            hashed.update(line)
    return hashed.hexdigest()
