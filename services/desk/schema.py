"""Makes the tables of the desk, where they are missing."""

from importlib.resources import files

from projections._engine.registry import Connection


def create_desk(connection: Connection) -> None:
    """Create the schema ``desk`` where it is missing; doing it again changes nothing."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.desk'))")
        if connection.execute("SELECT to_regclass('desk.command')").fetchone() == (None,):
            connection.execute(files("services.desk").joinpath("desk.sql").read_text(encoding="utf-8"))
