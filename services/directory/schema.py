"""Makes the tables of the directory, where they are missing."""

from importlib.resources import files

from psycopg import sql

from projections._engine.registry import Connection

INDEXES = """
SELECT indexname FROM pg_indexes
 WHERE schemaname = 'projection' AND tablename IN ('directory', 'directory_key') AND NOT indexname LIKE '%_pkey'
 ORDER BY indexname
"""


def create_directory(connection: Connection) -> None:
    """Create the tables ``directory``, ``directory_key`` and ``directory_state`` where they are missing."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.directory'))")
        if connection.execute("SELECT to_regclass('projection.directory')").fetchone() == (None,):
            connection.execute(_script("directory.sql"))
            connection.execute(_script("directory_indexes.sql"))


def drop_indexes(connection: Connection) -> None:
    """Drop the indexes of the lists, within a transaction that makes them again."""
    for (name,) in connection.execute(INDEXES).fetchall():
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier("projection", name)))


def make_indexes(connection: Connection) -> None:
    """Make the indexes of the lists, where they are missing."""
    connection.execute(_script("directory_indexes.sql"))


def _script(name: str) -> str:
    return files("services.directory").joinpath(name).read_text(encoding="utf-8")
