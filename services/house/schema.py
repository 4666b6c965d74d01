"""Makes the tables of the house, where they are missing."""

from importlib.resources import files

from projections._engine.registry import Connection


def create_house(connection: Connection) -> None:
    """Create the schema ``house`` where it is missing; doing it again changes nothing."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.house.schema'))")
        if connection.execute("SELECT to_regclass('house.clock')").fetchone() == (None,):
            connection.execute(files("services.house").joinpath("house.sql").read_text(encoding="utf-8"))
