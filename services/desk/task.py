"""A task: what a person should do next. It is opened, somebody sees to it, and it is done, or dropped.

What others said of it, such as the system in which it was opened, is heard from ``tasks``. Of who sees to it, and by
when, the last word counts; what was done or dropped once stays so.

To whom a task goes that nobody of the staff was named for is said by whoever opens it; here it may have nobody.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

from msgspec import Struct
from msgspec.structs import replace

from events.catalog.parts import Moment
from events.catalog.tasks import TaskAssigned, TaskDone, TaskDropped, TaskOpened, TaskPutOff
from events.envelope import Envelope, Subject
from events.event import Key, Label, Name, Text
from projections._engine import queries
from projections._engine.registry import Connection
from services.desk.deciding import Aggregate, Command, Fact, Refused, Setting

OPEN, DONE, DROPPED = "open", "done", "dropped"

# What is known of a task that was opened; of a name that two have, the first one's.
KNOWN: LiteralString = """
SELECT subject, title, reason, about, due, due_at, assignee, assignee_at, done, dropped FROM tasks
 WHERE task = %(id)s AND opened IS NOT NULL ORDER BY opened, subject LIMIT 1
"""


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
    due_said_at: Moment | None = None
    assigned_at: Moment | None = None


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


class PutOff(Command, frozen=True, kw_only=True):
    """Have a task due at another time."""

    due_at: Moment
    reason: Label = ""

    def decide(self, state: Task, setting: Setting) -> Sequence[Fact]:
        """Only an open task is put off, and to a time to come."""
        _be_open(state, "put off")
        if self.due_at == state.due_at:
            return []
        if self.due_at <= setting.now:
            message = f"due_at: {self.due_at.isoformat()} is over: a task is put off to a time to come."
            raise Refused("over_already", message, field="due_at")
        put_off = TaskPutOff(task=setting.id, due_at=self.due_at, reason=self.reason, by=setting.actor)
        return [Fact(state.subject, put_off)]


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
            opened = replace(
                state,
                subject=envelope.subject,
                standing=state.standing if state.standing in {DONE, DROPPED} else OPEN,
                title=event.title,
                reason=event.reason,
                about=event.about,
            )
            opened = _due(opened, event.due_at, envelope.time) if event.due_at else opened
            return _assigned(opened, event.assignee, envelope.time) if event.assignee else opened
        case TaskAssigned() as event:
            return _assigned(state, event.assignee, envelope.time)
        case TaskPutOff() as event:
            return _due(state, event.due_at, envelope.time)
        case TaskDone():
            return replace(state, standing=DONE)
        case TaskDropped():
            return replace(state, standing=DONE if state.standing == DONE else DROPPED)
        case _:
            return state


def _due(state: Task, due_at: datetime, at: datetime) -> Task:
    """Return a task with a deadline that was said at a time, unless another one was said later."""
    later = state.due_said_at is not None and state.due_said_at > at
    return state if later else replace(state, due_at=due_at, due_said_at=at)


def _assigned(state: Task, assignee: str, at: datetime) -> Task:
    """Return a task with whom it was given to at a time, unless it was given to somebody later."""
    later = state.assigned_at is not None and state.assigned_at > at
    return state if later else replace(state, assignee=assignee, assigned_at=at)


def heard(state: Task, connection: Connection) -> Task:
    """Return the task with what is known of it from the log, by whomever."""
    rows = queries.rows(connection, KNOWN, id=state.id)
    if not rows:
        return state
    row = rows[0]
    return Task(
        state.id,
        row["subject"],
        DONE if row["done"] else DROPPED if row["dropped"] else OPEN,
        row["title"] or "",
        row["reason"] or "",
        row["about"] or "",
        row["due"],
        row["assignee"] or "",
        row["due_at"],
        row["assignee_at"],
    )


COMMANDS = (Open, Assign, Take, PutOff, Complete, Drop)
TASK = Aggregate("task", "What a person should do next, and by when.", Task, evolve, COMMANDS, heard)
