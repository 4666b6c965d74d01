"""The check of ``regulars doctor`` on what is to be relayed: onto the log of record, and the rest onto Kafka."""

from collections.abc import Iterator

from projections._engine.registry import Connection
from services.cli.checks import Check, State
from services.cli.terminal import plural
from services.relay.leading import led_by
from services.relay.outbox import OutboxReader
from services.relay.outboxes import (
    ACCESS,
    DEAD_LETTER,
    DESK,
    OFFER,
    ONTO_THE_LOG,
    OUTBOXES,
    SIGNAL,
    VERDICT,
    make_outboxes,
)

WORDS = {
    DESK: ("event of the desk", "events of the desk"),
    ACCESS: ("access event", "access events"),
    SIGNAL: ("signal", "signals"),
    OFFER: ("offer", "offers"),
    DEAD_LETTER: ("dead letter", "dead letters"),
    VERDICT: ("message turned away", "messages turned away"),
}


def of_outboxes(connection: Connection, *, kafka: bool) -> Iterator[Check]:
    """Check that nothing waits to be relayed; without Kafka the log is all that it could go to."""
    make_outboxes(connection)
    outboxes = OUTBOXES if kafka else ONTO_THE_LOG
    backlogs = {outbox: OutboxReader(connection, outbox).backlog() for outbox in outboxes}
    waiting = [plural(count, *WORDS[outbox]) for outbox, count in backlogs.items() if count]
    relayer = led_by(connection)
    if not waiting:
        yield Check("relay", State.OK, f"nothing waits to be relayed; {relayer or 'no process'} relays")
    elif relayer:
        finding = f"to be relayed: {', '.join(waiting)}; {relayer} is at it"
        yield Check("relay", State.WARN, finding, "Give it time, or see what it says.")
    else:
        command = "relay" if kafka else "up"
        finding = f"to be relayed, and no process does: {', '.join(waiting)}"
        yield Check("relay", State.WARN, finding, f"Run 'regulars {command}'.")
