"""Finds customers by what people type: an identifier, a card, an order, an e-mail address, a phone number, a name.

What is typed may be several of these at once, so all are looked for; each is one look into an index. A name is found by
the beginnings of its words, in any order, without regard to case and accents.

The awkward half: of words that very many are called by, such as the letter a, the loudest are found, not all.
"""

from collections.abc import Sequence
from typing import Any, LiteralString, NamedTuple

from psycopg import sql
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

CALLED = "SELECT person FROM directory_key WHERE kind = 'word' AND key >= {} AND key < {}"

BEARERS = """
SELECT count(*) FROM (SELECT FROM directory_key WHERE kind = 'word' AND key >= %(key)s AND key < %(end)s
                       LIMIT %(limit)s) AS k
"""

SCOPE: LiteralString = "(NOT %(narrowed)s OR stores && %(stores)s::text[] OR manager = %(me)s)"

SHOWN: LiteralString = "person, name, dial, net_minor, last_seen, manager, open_complaints"

PERSONS = f"""
SELECT {SHOWN} FROM directory WHERE person = ANY (%(persons)s) AND words LIKE ALL (%(patterns)s::text[])
   AND {SCOPE} ORDER BY place, person LIMIT %(limit)s
"""  # noqa: S608 - made of constants

BY_RANK = f"""
SELECT {SHOWN} FROM directory WHERE words LIKE ALL (%(patterns)s) AND {SCOPE} ORDER BY place, person LIMIT %(limit)s
"""  # noqa: S608 - made of constants


class Named(NamedTuple):
    """Who is called so: of these persons, or of everybody where they are too many, those whose words match patterns."""

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


def called(connection: Connection, typed: str, *, most: int = MOST_OF_A_WORD, many: int = MANY) -> Named:
    """Return who is called so; a word that more than ``most`` have tells few apart, and more than ``many`` are many."""
    words = sorted(set(folding.words(typed)), key=len, reverse=True)
    if not words:
        return Named([], [])
    rare = words if len(words) == 1 else [word for word in words if _bearers(connection, word, limit=most) <= most]
    patterns = [f"% {word}%" for word in words if word not in rare]
    if not rare:
        return Named(None, patterns)
    both = sql.SQL(" INTERSECT ").join(
        sql.SQL(CALLED).format(sql.Literal(word), sql.Literal(word + END)) for word in rare
    )
    rows = connection.execute(sql.SQL("{} LIMIT {}").format(both, sql.Literal(many + 1))).fetchall()
    if len(rows) > many:
        return Named(None, [f"% {word}%" for word in words])
    return Named([row[0] for row in rows], patterns)


def _bearers(connection: Connection, word: str, *, limit: int) -> int:
    """Return how many have a word that begins so, as far as the limit."""
    counted: int = connection.execute(BEARERS, {"key": word, "end": word + END, "limit": limit + 1}).fetchall()[0][0]
    return counted


def listed(connection: Connection, named: Named, scope: dict[str, Any], limit: int) -> list[dict[str, Any]]:
    """Return the customers of these whom a viewer sees, the loudest first; ``scope`` has narrowed, stores and me."""
    if named.persons is None:
        return _rows(connection, BY_RANK, patterns=named.patterns, limit=limit, **scope)
    asked = {"persons": named.persons, "patterns": named.patterns, "limit": limit, **scope}
    return _rows(connection, PERSONS, **asked) if named.persons else []


def _keyed(connection: Connection, kind: str, key: str) -> list[dict[str, Any]]:
    return _rows(connection, KEYED, kind=kind, key=key, end=key + END, limit=10 * MOST_FOUND)


def _rows(connection: Connection, statement: LiteralString, **asked: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement, asked).fetchall()


def persons_of(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the persons of rows, once each."""
    return list(dict.fromkeys(row["person"] for row in rows))
