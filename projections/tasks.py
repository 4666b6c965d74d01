"""Tasks: what a person of the staff should do next for a customer, why, by when, and what became of it.

Reads TaskOpened, TaskAssigned, TaskPutOff, TaskDone, TaskDropped. One row per subject and task. Opened again, a task
says what it was opened with last; one that was done or dropped stays so: what is to be done again is another task.
Whether it is overdue is computed at read, by a clock that is passed in. Shown in the report ``tasks``, on the page of
tasks and on a customer's page; the desk hears from it what others said.

The awkward half: who had it before the last assignee is not kept here. The timeline has it.
"""

from datetime import datetime

from events.catalog.tasks import TaskAssigned, TaskDone, TaskDropped, TaskOpened, TaskPutOff
from events.envelope import Envelope
from projections._engine.columns import Earliest, Key, Latest, Min
from projections._engine.declaration import Projection, Row, folds


class Tasks(Projection, version=2, indexes=("assignee", "task", "done")):
    """Something to do for a subject."""

    subject: Key[str]
    task: Key[str]
    opened: Min[datetime]
    title: Latest[str]
    reason: Latest[str]
    why: Latest[str]
    due: Latest[datetime]
    about: Latest[str]
    store: Latest[str]
    assignee: Latest[str]
    done: Min[datetime]
    doer: Earliest[str]
    outcome: Earliest[str]
    dropped: Min[datetime]
    drop_reason: Earliest[str]

    @folds(TaskOpened)
    def was_opened(self, event: TaskOpened, envelope: Envelope) -> Row:
        """What is to be done; a deadline or an assignee that is not said takes none away."""
        return self.row(
            envelope.subject,
            event.task,
            opened=envelope.time,
            title=event.title,
            reason=event.reason,
            why=event.why,
            due=event.due_at,
            about=event.about,
            store=event.store,
            assignee=event.assignee or None,
        )

    @folds(TaskAssigned)
    def was_assigned(self, event: TaskAssigned, envelope: Envelope) -> Row:
        """The last word says who sees to it."""
        return self.row(envelope.subject, event.task, assignee=event.assignee)

    @folds(TaskPutOff)
    def was_put_off(self, event: TaskPutOff, envelope: Envelope) -> Row:
        """The last word says by when, whether it was said on opening or later."""
        return self.row(envelope.subject, event.task, due=event.due_at)

    @folds(TaskDone)
    def was_done(self, event: TaskDone, envelope: Envelope) -> Row:
        """Done again, it was done when it was done first."""
        return self.row(envelope.subject, event.task, done=envelope.time, doer=event.by, outcome=event.outcome)

    @folds(TaskDropped)
    def was_dropped(self, event: TaskDropped, envelope: Envelope) -> Row:
        """It need not be done any more; if it is done all the same, both are known."""
        return self.row(envelope.subject, event.task, dropped=envelope.time, drop_reason=event.reason)
