"""The check of ``regulars doctor`` of what leaves the house."""

from projections._engine.registry import Connection
from services.cli.checks import Check, State
from services.cli.terminal import plural
from services.outgoing.endpoints import endpoints
from services.outgoing.keeping import in_queue

NAME = "deliveries"


def of_outgoing(connection: Connection) -> Check:
    """Check that nothing that was to leave the house was given up, and that nobody who asked is switched off."""
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
