"""Makes the tables of what was mined, where they are missing."""

from importlib.resources import files

from projections._engine.registry import Connection


def create_associations(connection: Connection) -> None:
    """Create the tables where they are missing; doing it again changes nothing."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.associations'))")
        if connection.execute("SELECT to_regclass('projection.mining')").fetchone() == (None,):
            statements = files("services.associations").joinpath("associations.sql")
            connection.execute(statements.read_text(encoding="utf-8"))
