"""A promise: what we said that we would do by when. It is made, moved where that is right, and kept or broken."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from events.catalog.parts import Moment
from events.catalog.promises import PromiseBroken, PromiseKept, PromiseMade, PromiseMoved
from events.envelope import Envelope, Subject
from events.event import Key, Label
from services.desk.deciding import Aggregate, Command, Fact, Refused, Setting

DUE, KEPT, BROKEN = "due", "kept", "broken"


class Promise(Struct, frozen=True):
    """A promise as it stands. ``standing`` is empty before it is made."""

    id: str
    subject: str = ""
    standing: str = ""
    kind: str = ""
    about: str = ""
    due_at: Moment | None = None


class Make(Command, frozen=True, kw_only=True):
    """Promise something to a customer, by a time."""

    subject: Subject
    kind: Key
    due_at: Moment
    about: Label = ""
    store: Label = ""

    def decide(self, state: Promise, setting: Setting) -> Sequence[Fact]:
        """A promise is made once, and for a time to come."""
        if state.standing:
            message = f"Promise {state.id} was made before, and is {state.standing}: another one needs another id."
            raise Refused("made_before", message)
        _be_to_come(self.due_at, setting)
        made = PromiseMade(
            promise=setting.id,
            kind=self.kind,
            due_at=self.due_at,
            about=self.about,
            store=self.store,
            by=setting.actor,
        )
        return [Fact(self.subject, made)]


class Move(Command, frozen=True, kw_only=True):
    """Have a promise due at another time, and say why."""

    due_at: Moment
    reason: Label

    def decide(self, state: Promise, setting: Setting) -> Sequence[Fact]:
        """What was broken stays broken: a later time does not mend it."""
        _be_due(state, "moved")
        if self.due_at == state.due_at:
            return []
        _be_to_come(self.due_at, setting)
        if not self.reason:
            message = "A promise is moved for a reason: say which, such as waited_for_customer."
            raise Refused("no_reason", message, field="reason")
        moved = PromiseMoved(promise=setting.id, due_at=self.due_at, reason=self.reason, by=setting.actor)
        return [Fact(state.subject, moved)]


class Keep(Command, frozen=True, kw_only=True):
    """Say that we did in time what we had promised.

    Whoever says with ``done_at`` when it was done vouches for it that it was in time: a promise knows its deadline, and
    not the hours in which we waited for the customer.
    """

    done_at: Moment | None = None

    def decide(self, state: Promise, setting: Setting) -> Sequence[Fact]:
        """It is kept by what was done in time; the moment that was promised is still in time."""
        if state.standing == KEPT:
            return []
        _be_due(state, KEPT)
        kept = PromiseKept(promise=setting.id, by=setting.actor)
        if self.done_at is None and state.due_at is not None and setting.now > state.due_at:
            message = (
                f"Promise {state.id} was due at {state.due_at.isoformat()}: say when it was done, or it is broken."
            )
            raise Refused("too_late", message, field="done_at")
        if self.done_at is not None and self.done_at > setting.now:
            message = f"done_at: {self.done_at.isoformat()} is still to come: a promise is kept by what was done."
            raise Refused("not_yet", message, field="done_at")
        return [Fact(state.subject, kept, self.done_at)]


class Break(Command, frozen=True, kw_only=True):
    """Say that the time is over, and it was not done."""

    def decide(self, state: Promise, setting: Setting) -> Sequence[Fact]:
        """Before its time is over no promise is broken."""
        if state.standing == BROKEN:
            return []
        _be_due(state, BROKEN)
        if state.due_at is not None and setting.now <= state.due_at:
            message = f"Promise {state.id} is due at {state.due_at.isoformat()}: until then it can be kept."
            raise Refused("not_over", message)
        return [Fact(state.subject, PromiseBroken(promise=setting.id, by=setting.actor))]


def _be_due(state: Promise, what: str) -> None:
    """Raise Refused where nothing is due any more; ``what`` was to be done with it."""
    if not state.standing:
        message = f"There is no promise {state.id}: make it first."
        raise Refused("no_such_promise", message)
    if state.standing != DUE:
        message = f"Promise {state.id} is {state.standing}, and cannot be {what} any more: make a new one."
        raise Refused("not_due", message)


def _be_to_come(due_at: Moment, setting: Setting) -> None:
    if due_at <= setting.now:
        message = f"due_at: {due_at.isoformat()} is over: a promise is for a time to come."
        raise Refused("over_already", message, field="due_at")


def evolve(state: Promise, envelope: Envelope) -> Promise:
    """Return the promise after a fact."""
    match envelope.data:
        case PromiseMade() as event:
            return Promise(state.id, envelope.subject, DUE, event.kind, event.about, event.due_at)
        case PromiseMoved() as event:
            return replace(state, due_at=event.due_at)
        case PromiseKept():
            return replace(state, standing=KEPT)
        case PromiseBroken():
            return replace(state, standing=BROKEN)
        case _:
            return state


ABOUT = "What we said that we would do by when, and whether we did."
PROMISE = Aggregate("promise", ABOUT, Promise, evolve, (Make, Move, Keep, Break))
