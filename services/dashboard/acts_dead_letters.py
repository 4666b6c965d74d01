"""What is done with dead letters: redriven after a fix, sent again with a mended body, or dismissed with a reason."""

from collections.abc import Sequence

from projections import PROJECTIONS
from projections._engine import dead_letters
from projections._engine.dead_letters import DeadLetter, Redriven
from projections._engine.registry import live_tables
from projections._engine.status import parked
from services.access.roles import Capability
from services.dashboard.acting import Acting, Action, Done
from services.dashboard.acts import lines, needed, refusal, refused_for, text
from services.dashboard.formats import counted
from services.ingest import resending, verdicts
from services.ingest.errors import NotKept
from services.views.dead_letters import DOOR, coordinates_of, number_of
from services.views.view import NotFound


def redrive(acting: Acting) -> str | Done:
    """Apply a parked event to the projections that lack it, or send a message that was turned away once more."""
    place = acting.path["place"]
    if place.startswith(DOOR):
        return _sent_again(acting, number_of(place))
    (done,) = _redriven(acting, [_letter(acting, place)])
    if done.reason:
        message = f"It is still parked: {done.reason}."
        raise refusal(message)
    return f"Redriven: {', '.join(done.applied) or 'every projection had it already'}."


def redrive_all(acting: Acting) -> str:
    """Apply all parked events to the projections that lack them; what still fails stays parked."""
    letters = dead_letters.listed(acting.connection, limit=max(1, parked(acting.connection)))
    done = _redriven(acting, letters)
    still = sum(bool(each.reason) for each in done)
    return f"{counted(len(done) - still, 'event')} redriven, {still} still parked."


def dismiss(acting: Acting) -> str:
    """Have nobody wait for it any more; it stays on record, with the reason."""
    place, because = acting.path["place"], needed(acting, "because")
    if place.startswith(DOOR):
        number = number_of(place)
        _kept(acting, number)
        now = resending.dismiss(acting.connection, number, because)
    else:
        now = dead_letters.dismiss(acting.connection, _letter(acting, place), because)
    return f"{place} is dismissed." if now else f"Nobody waited for {place}: it was settled before."


def _sent_again(acting: Acting, number: int) -> str:
    row = _kept(acting, number)
    body = lines(acting, "body")
    mended = None if body == row.body.decode(errors="backslashreplace").replace("\r\n", "\n") else body.encode()
    with acting.installation.lent_log() as log, refused_for(NotKept):
        as_new = text(acting, "as_new") == "true"
        done = resending.redrive(acting.connection, log, number, mended, as_new=as_new)
    if done.reason:
        message = f"It is still turned away: {done.reason}."
        raise refusal(message, "body")
    if done.before:
        return "It was settled before; nothing was sent."
    return (
        f"It is on the log, as {counted(len(done.events), 'event')}." if done.events else "Its translation ignores it."
    )


def _kept(acting: Acting, number: int) -> verdicts.Kept:
    row = verdicts.shown(acting.connection, number)
    if row is None:
        message = f"Nothing was turned away as door:{number}."
        raise NotFound(message)
    return row


def _letter(acting: Acting, place: str) -> DeadLetter:
    """Return what waits at a place, of the log that the form names. Raises NotFound."""
    found = dead_letters.at_place(acting.connection, *coordinates_of(place))
    of_log = text(acting, "log_id")
    letters = [each for each in found if of_log in {"", each.log_id}]
    if not letters:
        message = f"Nothing is parked at {place[:64]}."
        raise NotFound(message)
    return next((each for each in letters if each.missed and each.dismissed_at is None), letters[0])


def _redriven(acting: Acting, letters: Sequence[DeadLetter]) -> list[Redriven]:
    tables = live_tables(acting.connection, PROJECTIONS)
    return dead_letters.redrive(acting.installation.connect, tables, letters)


DEAD_LETTER_ACTIONS = (
    Action("/dead-letters/redrive", redrive_all, Capability.OPERATE),
    Action("/dead-letters/{place}/redrive", redrive, Capability.OPERATE),
    Action("/dead-letters/{place}/dismiss", dismiss, Capability.OPERATE),
)
