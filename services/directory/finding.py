"""Finds customers by what people type: an identifier, a card, an order, an e-mail address, a phone number, a name.

What is typed may be several of these at once, so all are looked for; each is one look into an index. A name is found by
the beginnings of its words, in any order, without regard to case and accents.

The awkward half: of words that very many are called by, such as the letter a, the loudest are found, not all.
"""

from collections.abc import Sequence
from typing import Any, LiteralString, NamedTuple

from psycopg.rows import dict_row

from projections._engine.registry import Connection
from services.directory import folding

MOST_FOUND = 20
MANY = 5_000
"""Of a word that more are called by, it is quicker to go through everybody by rank."""

MOST_OF_A_WORD = 100_000
KINDS = ("customer", "card", "visitor", "email", "phone", "device", "account")
END = "\U0010ffff"
"""Stands behind every text that begins alike, as bytes are ordered."""

SURE_DIGITS = 7

IDENTIFIED = """
SELECT coalesce(p.person, t.identifier) AS person, t.identifier AS what
  FROM unnest(%(identifiers)s::text[]) AS t (identifier) LEFT JOIN person_of AS p USING (identifier)
"""

ORDERED = """
SELECT DISTINCT coalesce(p.person, o.subject) AS person, o."order" AS what
  FROM orders AS o LEFT JOIN person_of AS p ON p.identifier = o.subject WHERE o."order" = %(typed)s
"""

KEYED = """
SELECT person, key AS what FROM directory_key
 WHERE kind = %(kind)s AND key >= %(key)s AND key < %(end)s ORDER BY key, person LIMIT %(limit)s
"""

CALLED = """
SELECT person FROM directory_key WHERE kind = 'word' AND key >= %(key)s AND key < %(end)s LIMIT %(limit)s
"""

SCOPE: LiteralString = "(NOT %(narrowed)s OR stores && %(stores)s::text[] OR manager = %(me)s)"

SHOWN: LiteralString = "person, name, dial, net_minor, last_seen, manager, open_complaints"

PERSONS = f"""
SELECT {SHOWN} FROM directory WHERE person = ANY (%(persons)s) AND {SCOPE} ORDER BY place, person LIMIT %(limit)s
"""  # noqa: S608 - made of constants

BY_RANK = f"""
SELECT {SHOWN} FROM directory WHERE words LIKE ALL (%(patterns)s) AND {SCOPE} ORDER BY place, person LIMIT %(limit)s
"""  # noqa: S608 - made of constants


class Named(NamedTuple):
    """Who is called so: the persons, or patterns of their words where they are too many to be told."""

    persons: list[str] | None
    patterns: list[str]


def identified(connection: Connection, typed: str) -> list[dict[str, Any]]:
    """Return who has this identifier, with or without its kind: person, what."""
    if any(each.isspace() for each in typed):
        return []
    named = [typed] if typed.partition(":")[0].isalpha() and ":" in typed else [f"{kind}:{typed}" for kind in KINDS]
    return _rows(connection, IDENTIFIED, identifiers=named)


def ordered(connection: Connection, typed: str) -> list[dict[str, Any]]:
    """Return who placed an order of this number."""
    return _rows(connection, ORDERED, typed=typed)


def mailed(connection: Connection, typed: str) -> list[dict[str, Any]]:
    """Return whose e-mail address begins so."""
    key = folding.email(typed)
    return _keyed(connection, "email", key) if key else []


def phoned(connection: Connection, typed: str) -> list[dict[str, Any]]:
    """Return whose phone number is this one, or ends so; either may lack the prefix of the country."""
    if any(each.isalpha() for each in typed):
        return []
    key = folding.ending(folding.phone(typed))
    found = _keyed(connection, "phone", key[:SURE_DIGITS]) if key else []
    same = [row for row in found if row["what"].startswith(key) or key.startswith(row["what"])]
    return [{**row, "what": folding.ending(row["what"])} for row in same]


def called(connection: Connection, typed: str) -> Named:
    """Return who is called so."""
    words = sorted(set(folding.words(typed)), key=len, reverse=True)
    if not words:
        return Named([], [])
    limit = MANY if len(words) == 1 else MOST_OF_A_WORD
    found: set[str] | None = None
    for word in words:
        rows = connection.execute(CALLED, {"key": word, "end": word + END, "limit": limit + 1}).fetchall()
        if len(rows) <= limit:
            persons = {row[0] for row in rows}
            found = persons if found is None else found & persons
    if found is None or len(found) > MANY:
        return Named(None, [f"% {word}%" for word in words])
    return Named(sorted(found), [])


def listed(connection: Connection, named: Named, scope: dict[str, Any], limit: int) -> list[dict[str, Any]]:
    """Return the customers of these whom a viewer sees, the loudest first; ``scope`` has narrowed, stores and me."""
    if named.persons is None:
        return _rows(connection, BY_RANK, patterns=named.patterns, limit=limit, **scope)
    return _rows(connection, PERSONS, persons=named.persons, limit=limit, **scope) if named.persons else []


def _keyed(connection: Connection, kind: str, key: str) -> list[dict[str, Any]]:
    return _rows(connection, KEYED, kind=kind, key=key, end=key + END, limit=10 * MOST_FOUND)


def _rows(connection: Connection, statement: LiteralString, **asked: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement, asked).fetchall()


def persons_of(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the persons of rows, once each."""
    return list(dict.fromkeys(row["person"] for row in rows))
