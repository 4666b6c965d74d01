"""Makes the tables of the front door, where they are missing."""

from importlib.resources import files

import psycopg
from psycopg.rows import TupleRow


def create_ingest(connection: psycopg.Connection[TupleRow]) -> None:
    """Create the schema ``ingest`` where it is missing; doing it again changes nothing."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.ingest'))")
        if connection.execute("SELECT to_regclass('ingest.position')").fetchone() == (None,):
            connection.execute(files("services.ingest").joinpath("ingest.sql").read_text(encoding="utf-8"))
