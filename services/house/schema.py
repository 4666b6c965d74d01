"""Makes the tables of the house, where they are missing."""

from importlib.resources import files

from projections._engine.registry import Connection

SCRIPTS = (("house.sql", "house.clock"), ("jobs.sql", "house.job"))
"""What makes the schema, in order: a script, and a table of its own that is there once it has run."""


def create_house(connection: Connection) -> None:
    """Create the schema ``house`` where it is missing; doing it again changes nothing."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.house.schema'))")
        for script, made_by_it in SCRIPTS:
            if connection.execute("SELECT to_regclass(%s)", [made_by_it]).fetchone() == (None,):
                connection.execute(files("services.house").joinpath(script).read_text(encoding="utf-8"))
