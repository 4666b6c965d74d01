"""The questions that a Postgres is asked which is followed by a cursor.

Rows are read in the order of the cursor, page by page. A page ends at a border, the cursor of the row that is its last,
and takes in every row that stands at the border: so rows with equal cursors are never torn apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql
from psycopg.postgres import types

from services.connecting.declaration import PostgresSource

# What the texts of times and bytes look like; within the transaction, since a connection pooler may sit in between.
SETTLE = """
SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL IntervalStyle = 'iso_8601';
SET LOCAL bytea_output = 'hex'
"""

DESCRIBE = "SELECT * FROM {source} AS followed LIMIT 0"
TYPE_NAME = "SELECT format_type(%s, NULL)"
READ_AS = "SELECT CAST(%(value)s::text AS {kind})::text"

# How many rows have no value in a column of the cursor, as far as is counted: an index on it finds them at once.
UNPLACED = """
(SELECT count(*) FROM (SELECT FROM {source} AS followed WHERE {column} IS NULL LIMIT %(most)s) AS counted)
"""

# How far to go, and up to where the cursor is settled: no row will appear any more below that.
SWEEP = """
SELECT max({cursor})::text, greatest({horizon}, CAST(%(floor)s::text AS {kind}))::text FROM {source} AS followed
"""

BORDER = """
SELECT {texts} FROM {source} AS followed
 WHERE {from_here} AND {cursor} <= CAST(%(until)s::text AS {kind}){placed}
 ORDER BY {cursors} OFFSET %(others)s LIMIT 1
"""

# Each row as JSON, whether it is beyond what is settled, whether the next sweep will see it again, and its cursor.
PAGE = """
SELECT row_to_json(followed), {cursor} > CAST(%(horizon)s::text AS {kind}),
       {cursor} >= least(CAST(%(horizon)s::text AS {kind}), CAST(%(until)s::text AS {kind})), {texts}
  FROM {source} AS followed
 WHERE {from_here} AND {to_here} AND {cursor} <= CAST(%(until)s::text AS {kind}){placed}
 ORDER BY {cursors}
"""

# Now, by the source's own clock, and as much earlier as a row may be late. A standby is as far as it has replayed.
AT: LiteralString = (
    "(coalesce(%(now)s::timestamptz, CASE WHEN pg_is_in_recovery() THEN pg_last_xact_replay_timestamp() END,"
    " clock_timestamp()) - make_interval(secs => %(overlap)s::double precision))"
)
# As long as an hour that clocks show twice may begin soon, what they show then counts as not settled.
LOCAL: LiteralString = (
    f"least({AT} AT TIME ZONE {{zone}}, ({AT} + interval '3 hours') AT TIME ZONE {{zone}} - interval '3 hours')"
)
COUNTED: LiteralString = "(max({cursor})::bigint - %(overlap)s::bigint)"

HORIZONS: dict[str, LiteralString] = {
    "timestamptz": AT,
    "timestamp": LOCAL,
    "date": f"(({AT} AT TIME ZONE 'UTC')::date - 2)",  # a day lasts until the last zone has seen the end of it
    "int2": COUNTED,
    "int4": COUNTED,
    "int8": COUNTED,
    "numeric": "(max({cursor}) - %(overlap)s::numeric)",
}
"""Up to where a cursor is settled, by its type. Any other type is no cursor."""

MOST_UNPLACED = 1_000

KINDS = {types[name].oid: name for name in HORIZONS}


@dataclass(frozen=True)
class Cursor:
    """The cursor's columns, the type of each as SQL writes it, and what kind the first one is."""

    columns: Sequence[str]
    types: Sequence[str]
    kind: str


def relation(source: PostgresSource) -> sql.Composable:
    """Return the table or the query that is followed."""
    if source.table:
        return sql.Identifier(*source.table.split("."))
    query = source.query.strip().rstrip(";").replace("%", "%%")  # which is a parameter's sign where there are any
    return sql.SQL("({}\n)").format(_trusted(query))


def described(source: PostgresSource) -> sql.Composed:
    """Return the question for the columns of a source."""
    return sql.SQL(DESCRIBE).format(source=relation(source))


class Questions:
    """The questions about one source, whose columns are known."""

    def __init__(self, source: PostgresSource, cursor: Cursor) -> None:
        """Ask by this cursor."""
        self._types = [_trusted(each) for each in cursor.types]
        self._columns = [sql.Identifier("followed", column) for column in cursor.columns]
        first, kind = self._columns[0], self._types[0]
        zone = sql.Literal(source.timezone or "UTC")
        self._known: dict[str, sql.Composable] = {
            "source": relation(source),
            "cursor": first,
            "kind": kind,
            "cursors": sql.SQL(", ").join(self._columns),
            "texts": sql.SQL(", ").join(sql.SQL("{}::text").format(column) for column in self._columns),
            "horizon": sql.SQL(HORIZONS[cursor.kind]).format(cursor=first, zone=zone),
            "placed": sql.SQL("").join(sql.SQL(" AND {} IS NOT NULL").format(each) for each in self._columns[1:]),
        }
        counts = [self._written(UNPLACED, column=column) for column in self._columns]
        self.unplaced = sql.SQL("SELECT greatest({})").format(sql.SQL(", ").join(counts))
        self.read_as = self._written(READ_AS)
        self.sweep = self._written(SWEEP)

    def border(self, lower: Sequence[str], *, is_read: bool) -> sql.Composed:
        """Return the question for the border of the page after ``lower``, which ``is_read`` itself or not."""
        return self._written(BORDER, from_here=self._from(lower, is_read=is_read))

    def page(self, lower: Sequence[str], upper: Sequence[str], *, is_read: bool) -> sql.Composed:
        """Return the question for a page up to ``upper``, or all there is; parameters are as ``bounds`` has them."""
        to_here = self._compared(sql.SQL("<="), upper, "to")
        return self._written(PAGE, from_here=self._from(lower, is_read=is_read), to_here=to_here)

    def _from(self, lower: Sequence[str], *, is_read: bool) -> sql.Composable:
        return self._compared(sql.SQL(">") if is_read else sql.SQL(">="), lower, "from")

    def _compared(self, sign: sql.SQL, values: Sequence[str], name: str) -> sql.Composable:
        if not values:
            return sql.SQL("true")
        given = [
            sql.SQL("CAST({}::text AS {})").format(sql.Placeholder(f"{name}_{place}"), self._types[place])
            for place in range(len(values))
        ]
        left, right = sql.SQL(", ").join(self._columns[: len(values)]), sql.SQL(", ").join(given)
        return sql.SQL("({}) {} ({})").format(left, sign, right)

    def _written(self, question: LiteralString, **pieces: sql.Composable) -> sql.Composed:
        return sql.SQL(question).format(**self._known, **pieces)


def bounds(lower: Sequence[str], upper: Sequence[str] = ()) -> dict[str, str]:
    """Return the parameters of a border or a page."""
    found = {f"from_{place}": value for place, value in enumerate(lower)}
    return found | {f"to_{place}": value for place, value in enumerate(upper)}


def _trusted(text: str) -> sql.SQL:
    """Return a query that the connector's file holds, or a type's name that Postgres told, as it is."""
    return sql.SQL(text)
