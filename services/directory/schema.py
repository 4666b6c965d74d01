"""Makes the tables of the directory, where they are missing."""

from importlib.resources import files

from projections._engine.registry import Connection


def create_directory(connection: Connection) -> None:
    """Create the tables ``directory``, ``directory_key`` and ``directory_state`` where they are missing."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.directory'))")
        if connection.execute("SELECT to_regclass('projection.directory')").fetchone() == (None,):
            connection.execute(files("services.directory").joinpath("directory.sql").read_text(encoding="utf-8"))
