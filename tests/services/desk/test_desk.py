"""The desk keeps what a rule allows, once, durably and in order, and says no in a sentence where one does not."""

from collections.abc import Sequence

import psycopg
import pytest

from events.codec import Codec
from services.desk import task
from services.desk.deciding import Order, Refused
from services.desk.desk import Desk
from services.desk.mapping import event_id
from services.desk.session import Done
from services.desk.storing import Cursor
from services.installation import Connection
from tests.services.desk.tasks import NOW, opened, order

STORED = "SELECT originator_version, topic, state FROM desk.stored_events WHERE originator_id = %s ORDER BY 1"
COLUMNS = """
SELECT column_name, data_type, is_nullable FROM information_schema.columns
 WHERE table_schema = %s AND table_name = 'stored_events' ORDER BY ordinal_position
"""


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


def test_a_command_counts_once_under_its_key(desk: Desk, name: str) -> None:
    """Again, it is answered as the first time; another command under it is refused; another actor has their own."""
    desk.perform(opened(name), NOW)
    first = desk.perform(order(name, task.Take(), key="k"), NOW)
    desk.perform(order(name, task.Assign(assignee="ben")), NOW)

    again = desk.perform(order(name, task.Take(), key="k", expected=1), NOW)
    with pytest.raises(Refused) as other:
        desk.perform(order(name, task.Complete(), key="k"), NOW)
    bens = desk.perform(order(name, task.Complete(), by="ben", key="k"), NOW)

    assert again == first._replace(repeated=True)
    assert (other.value.code, other.value.field) == ("key_reused", "key")
    assert (bens.repeated, desk.state("task", name)) == (False, desk.state("task", name))
    assert len(desk.history("task", name)) == 4


def test_nothing_to_do_is_remembered_under_its_key(desk: Desk, name: str) -> None:
    """Taking what one has comes to nothing; the same under the same key still does when another has it."""
    desk.perform_all([opened(name), order(name, task.Take())], NOW)
    nothing = desk.perform(order(name, task.Take(), key="n"), NOW)
    desk.perform(order(name, task.Assign(assignee="ben")), NOW)

    again = desk.perform(order(name, task.Take(), key="n"), NOW)

    assert (nothing.events, again) == ((), nothing._replace(repeated=True))
    assert desk.state("task", name).state.assignee == "ben"


def test_whoever_saw_an_older_version_is_told(desk: Desk, name: str) -> None:
    """An expected version that is not so any more is a conflict, and nothing happens."""
    seen = desk.perform(opened(name), NOW).version
    desk.perform(order(name, task.Take(), expected=seen), NOW)

    with pytest.raises(Refused, match="at version 2 by now, and you expected 1") as late:
        desk.perform(order(name, task.Complete(), expected=seen), NOW)

    assert (late.value.code, late.value.conflict) == ("overtaken", True)


def test_a_batch_is_decided_in_order_and_a_refusal_stops_nobody(desk: Desk, name: str) -> None:
    """Of one task, each command is decided over what the one before came to; who is refused leaves others alone."""
    orders = [
        *(opened(name), order(name, task.Take(), key="b"), order(name, task.Drop(reason="")), opened(name)),
        *(order(name, task.Take(), key="b"), order(f"{name}-none", task.Take()), order(name, task.Complete())),
        *(order(name, task.Assign(assignee="ben")), Order("nothing", "x", task.Take(), "anna")),
        *(Order("complaint", "x", task.Take(), "anna"), order("", task.Take()), order(name, task.Take(), by="\0")),
        order(f"{name}-long", task.Open(subject="nobody", title="x")),
    ]

    outcomes = desk.perform_all(orders, NOW)

    told = [each.version if isinstance(each, Done) else each.code for each in outcomes]
    assert told == [
        *(1, 2, "no_reason", "opened_before", 2, "no_such_task", 3, "not_open", "unknown_aggregate", "unknown_command"),
        *("invalid_field", "invalid_field", "invalid_field"),
    ]
    assert [each.field for each in outcomes if isinstance(each, Refused)][-3:] == ["id", "actor", "subject"]
    assert len(desk.history("task", name)) == 3


def test_what_else_belongs_to_it_is_written_with_it(desk: Desk, connection: Connection, name: str) -> None:
    """Both or neither; it hears the outcomes; it is written also where all were refused."""
    connection.execute("CREATE TABLE IF NOT EXISTS public.beside (told text PRIMARY KEY)")

    def beside(cursor: Cursor, outcomes: Sequence[Done | Refused]) -> None:
        for number, outcome in enumerate(outcomes):
            cursor.execute("INSERT INTO public.beside VALUES (%s)", [f"{name} {number} {type(outcome).__name__}"])

    refused = desk.perform_all([order(name, task.Take())], NOW, also=beside)
    desk.perform_all([opened(name)], NOW, also=beside)
    with pytest.raises(psycopg.errors.UniqueViolation):
        desk.perform_all([order(name, task.Take())] * 2, NOW, also=beside)

    assert isinstance(refused[0], Refused)
    rows = connection.execute("SELECT told FROM public.beside WHERE told LIKE %s ORDER BY 1", [f"{name} %"]).fetchall()
    assert [told for (told,) in rows] == [f"{name} 0 Done", f"{name} 0 Refused"]
    assert len(desk.history("task", name)) == 1


def test_the_tables_are_those_that_the_library_would_make(connection: Connection, desk: Desk) -> None:
    """Ours are made with the installation: the library's own statements, which never run, ask for the same columns."""
    connection.execute("CREATE SCHEMA library")
    for statement in desk._recorder.sql_create_statements:  # noqa: SLF001
        text = statement.as_string(connection)
        if text.startswith("CREATE TABLE"):
            connection.execute(text.replace('"desk".', '"library".'))

    assert connection.execute(COLUMNS, ["desk"]).fetchall() == connection.execute(COLUMNS, ["library"]).fetchall()
