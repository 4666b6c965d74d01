"""Makes the tables of who may look, where they are missing."""

from importlib.resources import files

from projections._engine.registry import Connection


def create_access(connection: Connection) -> None:
    """Create the schema ``access`` where it is missing; doing it again changes nothing."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.access.schema'))")
        if connection.execute("SELECT to_regclass('access.said')").fetchone() == (None,):
            connection.execute(files("services.access").joinpath("access.sql").read_text(encoding="utf-8"))
