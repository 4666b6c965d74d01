"""Makes the tables of the reactions, where they are missing."""

from importlib.resources import files

from projections._engine.registry import Connection


def create_reactions(connection: Connection) -> None:
    """Create the schema ``reactions`` where it is missing; doing it again changes nothing."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.reactions.schema'))")
        if connection.execute("SELECT to_regclass('reactions.firing')").fetchone() == (None,):
            connection.execute(
                files("services.reactions._engine").joinpath("reactions.sql").read_text(encoding="utf-8")
            )
