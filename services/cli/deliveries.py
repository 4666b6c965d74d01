"""``regulars deliveries``: what left the house, what waits, what a rule held back, and what was given up for dead."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from typer import Argument, Option

from services.cli.failures import Failure
from services.cli.session import opened
from services.cli.terminal import AsJson, cell, emit, plural, write, write_table
from services.outgoing import keeping
from services.outgoing.errors import NotThere

State = Literal["waiting", "sent", "held", "dead"]

Number = Annotated[int, Argument(metavar="ID", help="The delivery's id, as 'regulars deliveries list' shows it.")]
Numbers = Annotated[list[int] | None, Argument(metavar="ID", help="Deliveries, as 'regulars deliveries list' shows.")]
OfState = Annotated[State | None, Option("--state", help="Only those in this state.")]
AllOf = Annotated[
    Literal["dead", "held", "sent"] | None, Option("--state", help="All that are in this state, not only some.")
]
Webhook = Annotated[str | None, Option("--webhook", metavar="NAME", help="Only those to this webhook.")]
Channel = Annotated[str | None, Option("--channel", metavar="NAME", help="Only those by this channel.")]
Limit = Annotated[int, Option("--limit", min=1, metavar="N", help="How many to list, the newest first.")]


def list_deliveries(
    *,
    state: OfState = None,
    webhook: Webhook = None,
    channel: Channel = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List deliveries, the newest first, without what they say: their state, and the rule or the error behind it.

    One that is dead was tried for three days or so, or its receiver is gone; one that is held was held back by a rule.
    """
    with opened() as installation, installation.connect() as connection:
        found = keeping.deliveries(connection, state, _target(webhook, channel), limit)
        counts = keeping.in_queue(connection)
    if as_json:
        emit({"in_queue": counts, "deliveries": found})
        return
    write(f"{', '.join(f'{count:,} {name}' for name, count in counts.items())}.", bold=True)
    if found:
        names = ["id", "state", "by", "what", "to", "made at", "tries", "next try at", "why"]
        shown = ("id", "state", "target", "what", "recipient", "made_at", "tries", "next_try_at")
        write_table(names, [[*(row[name] for name in shown), _why(row)] for row in found])


def show(number: Number, as_json: AsJson = False) -> None:
    """Show one delivery with all that is known of it, what it says included."""
    with opened() as installation, installation.connect() as connection:
        row = keeping.delivery(connection, number)
    if row is None:
        raise _not_there(number)
    if as_json:
        emit(row)
        return
    for name, value in row.items():
        write(f"{name.replace('_', ' '):<12} {cell(value)}")


def redeliver(
    numbers: Numbers = None,
    *,
    state: AllOf = None,
    webhook: Webhook = None,
    channel: Channel = None,
    as_json: AsJson = False,
) -> None:
    """Send deliveries again, with the ids that they had: these, or all of a state. The rules are asked again.

    A receiver that took one already knows it by its webhook-id. What still waits is left as it is.
    """
    target = _target(webhook, channel)
    if bool(numbers) == bool(state) or (numbers and target):
        message = "Say which: the ids of some deliveries, or a --state, of one --webhook or --channel if you like."
        raise Failure(message)
    with opened() as installation, installation.connect() as connection:
        done = keeping.redeliver(connection, datetime.now(UTC), numbers or (), state=state, target=target)
    missing = sorted(set(numbers or ()) - set(done))
    if as_json:
        emit({"redelivered": done, "left": missing})
    else:
        write(f"{plural(len(done), 'delivery', 'deliveries')} will be sent again.")
        if missing:
            write(f"Left: {', '.join(map(str, missing))}; gone, waiting already, or without a channel to go by.")


def _target(webhook: str | None, channel: str | None) -> str | None:
    if webhook and channel:
        message = "Say --webhook or --channel, not both."
        raise Failure(message)
    return f"webhook:{webhook}" if webhook else f"channel:{channel}" if channel else None


def _why(row: dict[str, object]) -> str:
    return ": ".join(str(row[name]) for name in ("words", "last_error") if row[name])


def _not_there(number: int) -> NotThere:
    return NotThere(f"There is no delivery {number}: 'regulars deliveries list' shows what there is.")
