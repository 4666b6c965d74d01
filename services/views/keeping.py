"""What a view asks of everybody, kept while it is much work; see ``kept``.

Of how many rows it has to be to be much is a matter of the house, not of the moment: in a small one everything is
worked out anew for whoever asks. What was kept is as old as it says: the answer in which it stands is as of then.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from typing import Any

from projections._engine import queries
from projections._engine.registry import Connection
from services.house.clock import clock_of
from services.reports.asking import folded_up_to, projections_named
from services.views.kept import Asking, Kept, Made
from services.views.view import Reading, StillWorking

KEPT = Kept()
MANY = 100_000
"""Who reads more rows than these, or of more customers, keeps what came of it."""

# About how many rows these projections hold, and how many customers there are, as they were last counted.
ABOUT_SO_MANY = """
SELECT greatest(coalesce(sum(reltuples), 0), 0)::bigint AS rows FROM pg_class
 WHERE oid = to_regclass('projection.directory')
    OR oid IN (SELECT to_regclass(format('projection.%%I', table_name)) FROM engine.projection
                WHERE state = 'live' AND name = ANY (%(names)s))
"""

Question = Callable[[Reading], Any]


def is_much(reading: Reading, reads: Iterable[str]) -> bool:
    """Return whether it is much work to read all of these projections as they are now."""
    if reading.until is not None:
        return False
    return bool(queries.row(reading.connection, ABOUT_SO_MANY, names=list(reads))["rows"] > MANY)


def kept(reading: Reading, key: Hashable, reads: Iterable[str], question: Question, *, much: bool) -> Any:  # noqa: ANN401 - anything
    """Return what a question comes to, now or a while ago, or None where it is much and was never worked out.

    The question is asked with a reading of its own; what it raises is not told. The key says what is asked. What reads
    no projection, such as a list to choose from, is no part of what an answer is as of.
    """
    named = projections_named(reads)
    info = reading.connection.info

    def work(connection: Connection) -> Made:
        now = reading.now if connection is reading.connection else clock_of(connection).now()
        value = question(replace(reading, connection=connection, now=now))
        return Made(value, folded_up_to(connection, named), now)

    positions = folded_up_to(reading.connection, named)
    asking = Asking(
        positions, reading.connection, reading.house.connect, much, reading.wanted, reading.patience_seconds
    )
    made = KEPT.of((info.host, info.port, info.dbname, key), asking, work)
    if made is None:
        return None
    if named:
        reading.made_of.append((made.positions, made.now))
    return made.value


def needed(reading: Reading, key: Hashable, reads: tuple[str, ...], question: Question) -> Any:  # noqa: ANN401 - anything
    """Return what a question comes to, where it is much work a while ago. Raises StillWorking until it was worked out.

    Where it is not much, or of a past, it is worked out here and now, and what it raises is raised.
    """
    if not is_much(reading, reads):
        return question(reading)
    value = kept(reading, key, reads, question, much=True)
    if value is None:
        raise StillWorking
    return value
