"""Makes the tables of the volume dial, where they are missing."""

from importlib.resources import files

from projections._engine.registry import Connection


def create_dial(connection: Connection) -> None:
    """Create the tables ``dial`` and ``dial_fit`` where they are missing; doing it again changes nothing."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.dial'))")
        if connection.execute("SELECT to_regclass('projection.dial')").fetchone() == (None,):
            connection.execute(files("services.dial").joinpath("dial.sql").read_text(encoding="utf-8"))
