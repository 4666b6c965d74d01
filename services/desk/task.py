"""A task: what a person should do next. It is opened, somebody sees to it, and it is done, or dropped.

To whom a task goes that nobody of the staff was named for is said by whoever opens it; here it may have nobody.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from events.catalog.parts import Moment
from events.catalog.tasks import TaskAssigned, TaskDone, TaskDropped, TaskOpened
from events.envelope import Envelope, Subject
from events.event import Key, Label, Name, Text
from services.desk.deciding import Aggregate, Command, Fact, Refused, Setting

OPEN, DONE, DROPPED = "open", "done", "dropped"


class Task(Struct, frozen=True):
    """A task as it stands. ``standing`` is empty before it is opened."""

    id: str
    subject: str = ""
    standing: str = ""
    title: str = ""
    reason: str = ""
    about: str = ""
    due_at: Moment | None = None
    assignee: str = ""


class Open(Command, frozen=True, kw_only=True):
    """Open a task for somebody; ``why`` is what they should know."""

    subject: Subject
    title: Name
    reason: Label = ""
    why: Text = ""
    due_at: Moment | None = None
    assignee: Label = ""
    about: Label = ""
    store: Label = ""

    def decide(self, state: Task, setting: Setting) -> Sequence[Fact]:
        """A task is opened once."""
        if state.standing:
            message = f"Task {state.id} was opened before, and is {state.standing}: a new one needs another id."
            raise Refused("opened_before", message)
        if not self.title.strip():
            message = "A task needs a title: what should be done, in a few words."
            raise Refused("no_title", message, field="title")
        opened = TaskOpened(
            task=setting.id,
            title=self.title,
            reason=self.reason,
            why=self.why,
            due_at=self.due_at,
            assignee=self.assignee,
            about=self.about,
            store=self.store,
            by=setting.actor,
        )
        return [Fact(self.subject, opened)]


class Take(Command, frozen=True, kw_only=True):
    """See to a task oneself."""

    def decide(self, state: Task, setting: Setting) -> Sequence[Fact]:
        """Whoever sees to another's open task takes it over."""
        return Assign(assignee=setting.actor, reason="taken").decide(state, setting)


class Assign(Command, frozen=True, kw_only=True):
    """Give a task to somebody of the staff."""

    assignee: Key
    reason: Label = ""

    def decide(self, state: Task, setting: Setting) -> Sequence[Fact]:
        """Only an open task is given to somebody; to whom it is given already, nothing happens."""
        _be_open(state, "given to somebody")
        if state.assignee == self.assignee:
            return []
        assigned = TaskAssigned(task=setting.id, assignee=self.assignee, reason=self.reason, by=setting.actor)
        return [Fact(state.subject, assigned)]


class Complete(Command, frozen=True, kw_only=True):
    """Say that a task is done, and with what outcome."""

    outcome: Label = ""
    note: Text = ""

    def decide(self, state: Task, setting: Setting) -> Sequence[Fact]:
        """What is done stays done."""
        if state.standing == DONE:
            return []
        _be_open(state, "done")
        done = TaskDone(task=setting.id, outcome=self.outcome, note=self.note, by=setting.actor)
        return [Fact(state.subject, done)]


class Drop(Command, frozen=True, kw_only=True):
    """Say that a task need not be done, and why."""

    reason: Label

    def decide(self, state: Task, setting: Setting) -> Sequence[Fact]:
        """What is done cannot be dropped."""
        if state.standing == DROPPED:
            return []
        _be_open(state, "dropped")
        if not self.reason:
            message = "A task is dropped for a reason: say which, such as settled."
            raise Refused("no_reason", message, field="reason")
        return [Fact(state.subject, TaskDropped(task=setting.id, reason=self.reason, by=setting.actor))]


def _be_open(state: Task, what: str) -> None:
    """Raise Refused where a task is not open; ``what`` was to be done with it."""
    if not state.standing:
        message = f"There is no task {state.id}: open it first."
        raise Refused("no_such_task", message)
    if state.standing != OPEN:
        message = f"Task {state.id} is {state.standing}, and cannot be {what} any more: open a new one."
        raise Refused("not_open", message)


def evolve(state: Task, envelope: Envelope) -> Task:
    """Return the task after a fact."""
    match envelope.data:
        case TaskOpened() as event:
            return Task(
                state.id,
                envelope.subject,
                OPEN,
                event.title,
                event.reason,
                event.about,
                event.due_at,
                event.assignee,
            )
        case TaskAssigned() as event:
            return replace(state, assignee=event.assignee)
        case TaskDone():
            return replace(state, standing=DONE)
        case TaskDropped():
            return replace(state, standing=DROPPED)
        case _:
            return state


COMMANDS = (Open, Assign, Take, Complete, Drop)
TASK = Aggregate("task", "What a person should do next, and by when.", Task, evolve, COMMANDS)
