"""``regulars reactions``: what the platform does by itself, what it did, and what was held back by which rule."""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated

from typer import Option

from services.cli.failures import Failure
from services.cli.following import stop_on_signals
from services.cli.reporting import Lines, reported
from services.cli.session import bring_up_to_date, opened, say_parked
from services.cli.terminal import AsJson, emit, encoded, write, write_table
from services.cli.warnings_told import tell_warnings
from services.desk.desk import Desk
from services.reactions._engine import reading
from services.reactions._engine.engine import Engine, Manner
from services.reactions._engine.reaction import Reaction
from services.reactions._engine.reading import Asked, Unreadable, Written
from services.reactions._engine.running import react_until_stopped
from services.reactions._engine.wording import sentence_of
from services.reactions.registered import REACTIONS, SWEEPS
from services.settings import Settings

MOST = 50
PART = 200

Subject = Annotated[str | None, Option("--subject", metavar="KIND:ID", help="Only of this one, as in customer:42.")]
Named = Annotated[str | None, Option("--reaction", metavar="NAME", help="Only of this reaction.")]
Held = Annotated[bool, Option("--held", help="Only what was held back, with the rule.")]
Failing = Annotated[bool, Option("--failed", help="Only what failed, and messages that were no signals.")]
Most = Annotated[int, Option("--limit", min=1, metavar="ROWS", help="How many at most.")]
Late = Annotated[bool, Option("--even-late", help="Also what happened so long ago that it would be held back.")]
AsLines = Annotated[bool, Option("--json", help="Print one JSON document a line, as it does anyway off a terminal.")]


def list_reactions(as_json: AsJson = False) -> None:
    """List the reactions, what they hear and what they do; the sweeps, with their last look; and the timers that wait.

    A sweep looks at everybody, for what comes with the time alone. A timer is set by a reaction.
    """
    with opened() as installation, installation.connect() as connection:
        swept, waiting = reading.swept(connection), reading.waiting(connection)
    if as_json:
        told = [{"name": each.name, "hears": each.hears, "about": each.about} for each in REACTIONS]
        last = {name: found._asdict() for name, found in swept.items()}
        looks = [{"name": each.name, "about": each.about, "last": last.get(each.name)} for each in SWEEPS]
        emit({"reactions": told, "sweeps": looks, "timers": encoded(waiting)})
        return
    for each in REACTIONS:
        write(each.name, bold=True)
        write(f"  hears {', '.join(each.hears)}; up to {each.fresh_for} late")
        write("  " + " ".join(each.about.split()))
    write()
    write_table(
        ["sweep", "what it looks for", "looked last", "found", "failure"],
        [
            [sweep.name, sweep.about, *(swept[sweep.name][1:] if sweep.name in swept else ("", "", ""))]
            for sweep in SWEEPS
        ],
    )
    if waiting:
        write()
        write_table(["timers that wait", "how many", "the first is due"], waiting)


def show_log(
    subject: Subject = None,
    reaction: Named = None,
    held: Held = False,
    failing: Failing = False,
    most: Most = MOST,
    as_json: AsJson = False,
) -> None:
    """Show what fired, what was held back by which rule, and what failed, the newest first.

    A command that the desk's rules refused stands beside what was done. 'regulars reactions retry' tries again what
    failed.
    """
    if held and failing:
        message = "Ask for --held or for --failed: nothing is both."
        raise Failure(message)
    asked = Asked(subject, reaction, "held" if held else "failed" if failing else None, most)
    with opened() as installation, installation.connect() as connection:
        found = reading.firings(connection, asked)
        strange = reading.unreadable(connection, most) if failing and not (subject or reaction) else []
    if as_json:
        emit({"firings": encoded(found), "unreadable": [_shown(each) for each in strange]})
        return
    for each in found:
        _write(each)
    for message_at in strange:
        write(f"{message_at.heard_at:%Y-%m-%d %H:%M:%S}  no signal  {message_at.place}: {message_at.reason}", bold=True)
    if not found and not strange:
        write("There is nothing of that.")


def retry(subject: Subject = None, reaction: Named = None, even_late: Late = False, as_json: AsJson = False) -> None:
    """Try again what failed: each reaction once more for its signal, as things are by now.

    What has fired, or was held back, stays as it is.
    """
    reactions = _reactions(reaction)
    with opened() as installation:
        say_parked(bring_up_to_date(installation, "reactions retry"))
        counts: Counter[str] = Counter()
        with closing(installation.connect()) as connection, closing(Desk(installation.dsn)) as desk:
            engine = Engine(connection, desk, reactions)
            signals = reading.failed_signals(connection, Asked(subject, reaction))
            for begin in range(0, len(signals), PART):
                part = signals[begin : begin + PART]
                done = engine.react_to(part, datetime.now(UTC), manner=Manner(again=True, even_late=even_late))
                counts.update(firing.outcome for firing in done)
        say_parked(bring_up_to_date(installation, "reactions retry"))
    if as_json:
        emit({"counts": counts})
        return
    summary = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(counts.items()))
    write(f"Tried again: {summary}." if counts else "Nothing has failed of that.")


def run(as_lines: AsLines = False) -> None:
    """React to signals, raise timers, and send what that leads to, until told to stop.

    Over Kafka any number of these share the signals out; in the embedded mode 'regulars up' reacts, and another waits
    for it to end. While the database or Kafka is away, it waits. Ctrl-C and SIGTERM finish what is being done; after a
    kill -9 nothing is lost, and nothing is done twice. REGULARS_METRICS serves its metrics.
    """
    tell_warnings()
    with stop_on_signals() as stop, reported(Lines(), as_lines=as_lines) as report:
        react_until_stopped(Settings.from_environment(), stop, report)
        report.tell("stopped", "Stopped; what is not reacted to yet waits.")


def _reactions(name: str | None) -> Sequence[Reaction]:
    """Return the reaction of this name, or all of them. Raises Failure."""
    found = [each for each in REACTIONS if name in (None, each.name)]
    if not found:
        message = f"There is no reaction {name!r}; there are: {', '.join(each.name for each in REACTIONS)}."
        raise Failure(message)
    return found


def _write(firing: Written) -> None:
    rule = f": {firing.code}. {firing.words}" if firing.code else ""
    write(f"{firing.fired_at:%Y-%m-%d %H:%M:%S}  {firing.outcome}  {firing.reaction}  {firing.subject}", bold=True)
    write(f"  {firing.kind}{rule}")
    for action in firing.actions:
        write(f"  - {sentence_of(action)}")


def _shown(message: Unreadable) -> dict[str, object]:
    return {**message._asdict(), "value": message.value.decode(errors="replace")}
