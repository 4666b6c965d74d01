"""The events themselves as of a point: views of what happened, for a past's schema."""

from psycopg import sql

from projections._engine import ddl
from projections._engine.as_of import AtPositions, HappenedBy, KnownAt, Until
from projections._engine.declaration import Projection

# What happened, without what lies behind the point.
EVENTS = "CREATE VIEW {view} AS SELECT * FROM {events} WHERE {held}"


def events_until(projection: Projection, schema: str, held: sql.Composable) -> list[sql.Composed]:
    """Return the statements for a past's views of the events themselves, of which ``held`` says which there are."""
    view, events = sql.Identifier(schema, projection.name), sql.Identifier(ddl.SCHEMA, projection.name)
    return [
        sql.SQL(EVENTS).format(view=view, events=events, held=held),
        *ddl.events_by_person(projection, schema),
    ]


def held(until: Until) -> sql.Composed:
    """Return the condition of what lies before a point, over the columns of the events."""
    match until:
        case AtPositions(positions):
            pair = sql.SQL('(partition = {} AND "offset" < {})')
            known = [pair.format(sql.Literal(partition), sql.Literal(end)) for partition, end in positions.items()]
            return sql.SQL("({})").format(sql.SQL(" OR ").join([*known, sql.SQL("false")]))
        case KnownAt(instant):
            return sql.SQL("recorded_at <= {}").format(sql.Literal(instant))
        case HappenedBy(instant):
            return sql.SQL('"time" <= {}').format(sql.Literal(instant))
