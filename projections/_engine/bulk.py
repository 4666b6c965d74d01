"""COPY as the pump uses it: everything is handed to libpq at once, and the wait for Postgres comes at the end.

A writer that waits after every block gives the interpreter away each time, and gets it back from the folding thread
only when that one's turn is over.
"""

from contextlib import AbstractContextManager

import psycopg
from psycopg import Copy, sql
from psycopg.copy import LibpqWriter
from psycopg.rows import TupleRow

MOST_UNSENT_BYTES = 64_000_000


def copy_into(cursor: psycopg.Cursor[TupleRow], statement: sql.Composed) -> AbstractContextManager[Copy]:
    """Return the context of a COPY FROM STDIN."""
    return cursor.copy(statement, writer=LibpqWriter(cursor, flush_threshold=MOST_UNSENT_BYTES))
