"""The check of ``regulars doctor`` of what leaves the house."""

from collections.abc import Iterator
from datetime import UTC, datetime

from projections._engine.registry import Connection
from services.cli.checks import Check, State
from services.cli.terminal import plural
from services.outgoing.endpoints import endpoints
from services.outgoing.keeping import in_queue
from services.outgoing.rules import passed_over

NAME = "deliveries"

BUILT = "SELECT to_regclass('policies') IS NOT NULL"


def of_outgoing(connection: Connection) -> Iterator[Check]:
    """Check that nothing that was to leave the house was given up, and that the rules for customers are understood."""
    yield _deliveries(connection)
    if connection.execute(BUILT).fetchone() == (True,) and (found := passed_over(connection, datetime.now(UTC))):
        advice = "The version before holds on; publish one that is right with 'regulars desk do policy'."
        yield Check("policies", State.WARN, "; ".join(found), advice)


def _deliveries(connection: Connection) -> Check:
    counts = in_queue(connection)
    off = [each.name for each in endpoints(connection) if each.disabled_at is not None]
    found = f"{counts['waiting']:,} waiting, {counts['held']:,} held back, {counts['dead']:,} dead"
    if off:
        found = f"{found}; {plural(len(off), 'webhook')} switched off: {', '.join(off)}"
    if counts["dead"]:
        advice = "'regulars deliveries list --state dead' says why, and 'redeliver' sends them again."
        return Check(NAME, State.WARN, found, advice)
    if off:
        return Check(NAME, State.WARN, found, "'regulars webhooks enable' switches one on again.")
    return Check(NAME, State.OK, found)
