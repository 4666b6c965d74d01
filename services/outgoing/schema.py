"""Makes the tables of what leaves the house, where they are missing."""

from importlib.resources import files

from projections._engine.registry import Connection


def create_outgoing(connection: Connection) -> None:
    """Create the schema ``outgoing`` where it is missing; doing it again changes nothing."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.outgoing.schema'))")
        if connection.execute("SELECT to_regclass('outgoing.delivery')").fetchone() == (None,):
            connection.execute(files("services.outgoing").joinpath("outgoing.sql").read_text(encoding="utf-8"))
