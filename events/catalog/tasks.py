"""Tasks: what a person of the staff should do next, why, and by when. The subject is whom it is done for."""

from events.catalog.parts import Moment
from events.event import Event, Key, Label, Name, Personal, Text


class TaskOpened(Event, type="regulars.task.opened.v1"):
    """Something is to be done. ``reason`` is a code such as ``complaint_opened``, ``why`` the reasons in words.

    ``assignee`` is who of the staff sees to it, nobody yet where it is empty. ``about`` is what it is about, such as
    ``complaint:c-1``.
    """

    task: Key
    title: Personal[Name] = ""
    reason: Label = ""
    why: Personal[Text] = ""
    due_at: Moment | None = None
    assignee: Label = ""
    about: Label = ""
    store: Label = ""
    by: Label = ""


class TaskAssigned(Event, type="regulars.task.assigned.v1"):
    """Somebody sees to a task from now on: they took it, or it was given to them, or passed up."""

    task: Key
    assignee: Key
    reason: Label = ""
    by: Label = ""


class TaskPutOff(Event, type="regulars.task.put_off.v1"):
    """A task is due at another time, for a reason such as ``asked_to_call_later``."""

    task: Key
    due_at: Moment
    reason: Label = ""
    by: Label = ""


class TaskDone(Event, type="regulars.task.done.v1"):
    """A task was done. ``outcome`` is a code such as ``called``."""

    task: Key
    outcome: Label = ""
    note: Personal[Text] = ""
    by: Label = ""


class TaskDropped(Event, type="regulars.task.dropped.v1"):
    """A task need not be done any more, for a reason such as ``settled``."""

    task: Key
    reason: Label = ""
    by: Label = ""


EVENTS = (TaskOpened, TaskAssigned, TaskPutOff, TaskDone, TaskDropped)
