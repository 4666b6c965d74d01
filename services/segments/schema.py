"""Makes the tables of segments' members, where they are missing."""

from importlib.resources import files

from projections._engine.registry import Connection


def create_segments(connection: Connection) -> None:
    """Create the tables ``membership`` and ``segment_size`` where they are missing; again it changes nothing."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.segments'))")
        if connection.execute("SELECT to_regclass('projection.membership')").fetchone() == (None,):
            connection.execute(files("services.segments").joinpath("segments.sql").read_text(encoding="utf-8"))
