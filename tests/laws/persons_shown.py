"""Rows of persons: as the views by person show them, and as the reference merges them."""

from collections.abc import Mapping

from psycopg import sql

from projections._engine import reference
from projections._engine.declaration import Projection
from projections._engine.digest import loaded
from projections._engine.reference import States
from projections._engine.registry import Connection


def together(projection: Projection, one: States, other: States) -> States:
    """Return the rows of two batches as one, by the merge of the reference."""
    both = {key: reference.merged(projection, one[key], other[key]) for key in one.keys() & other.keys()}
    return {**one, **other, **both}


def by_person(projection: Projection, states: States, people: Mapping[str, str]) -> States:
    """Return the rows of every person."""
    place = [key.name for key in projection.keys].index("subject")
    expected: States = {}
    for key, row in states.items():
        person = people.get(key[place], key[place])
        expected = together(projection, expected, reference.as_person(projection, {key: row}, person))
    return expected


def shown_of(connection: Connection, projection: Projection, subject: str) -> States:
    """Return what the function of one person shows, of now or of the past that the connection looks at."""
    names = ["person" if key.name == "subject" else key.name for key in projection.keys]
    names += [field.name for field in projection.fields()[len(names) :]]
    query = sql.SQL("SELECT {} FROM {}(%s)").format(
        sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier(f"{projection.name}_of")
    )
    return dict(loaded(projection, row) for row in connection.execute(query, [subject]).fetchall())


def shown_by_person(connection: Connection, projection: Projection) -> States:
    """Return what the view by person shows."""
    names = ["person" if key.name == "subject" else key.name for key in projection.keys]
    names += [field.name for field in projection.fields()[len(names) :]]
    query = sql.SQL("SELECT {} FROM {}").format(
        sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier("projection", f"{projection.name}_by_person")
    )
    return dict(loaded(projection, row) for row in connection.execute(query).fetchall())
