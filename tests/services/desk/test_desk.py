"""The desk keeps what a rule allows, once, durably and in order, and says no in a sentence where one does not."""

from datetime import UTC, datetime
from itertools import count

import pytest

from events.codec import Codec
from services.desk import task
from services.desk.deciding import Command, Order, Refused
from services.desk.desk import Desk
from services.desk.mapping import event_id
from services.desk.session import Done
from services.installation import Connection

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NUMBERS = count(1)
STORED = "SELECT originator_version, topic, state FROM desk.stored_events WHERE originator_id = %s ORDER BY 1"


def opened(name: str, **told: str) -> Order:
    """Return the order that opens a task."""
    return Order("task", name, task.Open(subject="customer:42", title="Call them"), "anna", **told)


def order(name: str, command: Command, by: str = "anna", **told: str) -> Order:
    """Return an order about a task."""
    return Order("task", name, command, by, **told)


@pytest.fixture
def name() -> str:
    """Return the id of a task that nobody has."""
    return f"t-{next(NUMBERS)}"


def test_a_decision_is_stored_as_it_reaches_the_log(desk: Desk, connection: Connection, name: str) -> None:
    """What the desk keeps is the envelope in the codec's bytes, with an id that its place gives it."""
    done = desk.perform(opened(name, causation="e-1"), NOW)

    ((version, topic, state),) = connection.execute(STORED, [f"task:{name}"]).fetchall()
    envelope = Codec().decode(bytes(state))
    assert (version, topic) == (1, "regulars.task.opened.v1")
    assert (envelope.id, envelope.source, envelope.subject) == (done.events[0], "urn:regulars:desk", "customer:42")
    assert (envelope.time, envelope.causationid) == (NOW, "e-1")
    assert done == Done("task", name, 1, (event_id(f"task:{name}", 1),))
    assert desk.history("task", name)[0].envelope == envelope


def test_a_refused_command_leaves_nothing(desk: Desk, connection: Connection, name: str) -> None:
    """No event and no receipt: sent again under the same key it is decided again."""
    with pytest.raises(Refused, match="open it first"):
        desk.perform(order(name, task.Take(), key=f"k-{name}"), NOW)
    desk.perform(opened(name), NOW)

    done = desk.perform(order(name, task.Take(), key=f"k-{name}"), NOW)

    assert done.version == 2
    assert len(connection.execute("SELECT FROM desk.command WHERE originator = %s", [f"task:{name}"]).fetchall()) == 2
