"""Makes the tables of the volume dial, where they are missing."""

from importlib.resources import files

from projections._engine.registry import Connection

HAS_PLACES = """
SELECT EXISTS (SELECT FROM pg_attribute
                WHERE attrelid = 'projection.dial'::regclass AND attname = 'place' AND NOT attisdropped)
"""

# Dials that were kept before there were ranks get theirs.
ADD_PLACES = """
ALTER TABLE projection.dial ADD COLUMN place integer;
UPDATE projection.dial AS d SET place = r.place
  FROM (SELECT person, currency, month, row_number() OVER (PARTITION BY currency, month
                       ORDER BY dial DESC, expected_12_minor DESC, person) AS place FROM projection.dial) AS r
 WHERE (d.person, d.currency, d.month) = (r.person, r.currency, r.month);
ALTER TABLE projection.dial ALTER COLUMN place SET NOT NULL;
"""


def create_dial(connection: Connection) -> None:
    """Create the tables ``dial`` and ``dial_fit`` where they are missing; doing it again changes nothing."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.dial'))")
        if connection.execute("SELECT to_regclass('projection.dial')").fetchone() == (None,):
            connection.execute(files("services.dial").joinpath("dial.sql").read_text(encoding="utf-8"))
        elif connection.execute(HAS_PLACES).fetchone() == (False,):
            connection.execute(ADD_PLACES)
