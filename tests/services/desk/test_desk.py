"""The desk keeps what a rule allows, once, durably and in order, and says no in a sentence where one does not."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from threading import Barrier

import psycopg
import pytest
from eventsourcing.persistence import OperationalError
from psycopg.rows import DictRow

from events.codec import Codec
from services.desk import task
from services.desk.deciding import Command, Order, Refused
from services.desk.desk import Desk
from services.desk.mapping import event_id
from services.desk.session import Done
from services.desk.storing import Cursor
from services.installation import Connection

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NUMBERS = count(1)
COLUMNS = """
SELECT column_name, data_type, is_nullable FROM information_schema.columns
 WHERE table_schema = %s AND table_name = 'stored_events' ORDER BY ordinal_position
"""
STORED = "SELECT originator_version, topic, state FROM desk.stored_events WHERE originator_id = %s ORDER BY 1"


def opened(name: str, key: str = "", causation: str = "", by: str = "anna") -> Order:
    """Return the order that opens a task."""
    return order(name, task.Open(subject="customer:42", title="Call them"), by, key, causation=causation)


def order(  # noqa: PLR0913, PLR0917 - all that an order has
    name: str, command: Command, by: str = "anna", key: str = "", expected: int | None = None, causation: str = ""
) -> Order:
    """Return an order about a task."""
    return Order("task", name, command, by, key, expected, causation)


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


def together(threads: int, work: Callable[[int], Done | Refused]) -> list[Done | Refused]:
    """Return what work comes to in so many threads that begin at the same moment."""
    barrier = Barrier(threads)

    def one(number: int) -> Done | Refused:
        barrier.wait()
        try:
            return work(number)
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(threads)))


def test_of_two_at_once_one_wins(desk: Desk, name: str) -> None:
    """Both saw the same version: one decides, the other is told to look again. It is so every time."""
    for round_ in range(20):
        one = f"{name}-{round_}"
        desk.perform(opened(one), NOW)

        orders = [order(one, task.Take(), f"p-{who}", expected=1) for who in range(2)]
        outcomes = together(2, lambda who, orders=tuple(orders): desk.perform(orders[who], NOW))  # type: ignore[misc]

        won = [each for each in outcomes if isinstance(each, Done)]
        lost = [each for each in outcomes if isinstance(each, Refused)]
        assert ([each.version for each in won], [each.code for each in lost]) == ([2], ["overtaken"])


def test_no_update_is_lost_between_threads(desk: Desk, name: str) -> None:
    """Eight give one task to somebody, again and again: each decision is there, over the one before."""
    desk.perform(opened(name), NOW)

    def give_often(who: int) -> Done:
        for turn in range(10):
            done = desk.perform(order(name, task.Assign(assignee=f"p-{who}-{turn}")), NOW)
        return done

    outcomes = together(8, give_often)

    history = desk.history("task", name)
    assert [type(each) for each in outcomes] == [Done] * 8
    assert [decided.originator_version for decided in history] == list(range(1, 82))
    assert len({decided.envelope.data for decided in history}) == 81


def test_one_key_at_once_counts_once(desk: Desk, name: str) -> None:
    """Eight send the same under one key at the same moment: it happens once, and all are answered alike."""
    outcomes = together(8, lambda _: desk.perform(opened(name, key=f"once-{name}"), NOW))

    assert {each._replace(repeated=False) for each in outcomes if isinstance(each, Done)} == {
        Done("task", name, 1, (event_id(f"task:{name}", 1),))
    }
    assert sum(not each.repeated for each in outcomes if isinstance(each, Done)) == 1


class LostAnswers:
    """A database whose first answer to a COMMIT is lost, after it was done or before; it runs what is given between."""

    def __init__(self, desk: Desk, *, done: bool, between: Callable[[], object] = lambda: None) -> None:
        """Stand before the desk's database."""
        self.tries = 0
        self._get, self._done, self._between = desk._datastore.get_connection, done, between  # noqa: SLF001

    @contextmanager
    def __call__(self) -> Iterator[psycopg.Connection[DictRow]]:
        """Yield a connection, and lose what came of it the first time."""
        self.tries += 1
        first = self.tries == 1
        with self._get() as connection:
            if first and not self._done:
                message = "the connection is lost before anything"
                raise OperationalError(message)
            yield connection
        if first:
            self._between()
            message = "the answer to COMMIT is lost"
            raise OperationalError(message)


@pytest.mark.parametrize("done", [True, False])
def test_a_lost_answer_to_a_commit_is_no_conflict(
    dsn: str, name: str, monkeypatch: pytest.MonkeyPatch, *, done: bool
) -> None:
    """What was committed is not written again, nor taken for another's, also where others went on meanwhile."""
    with closing(Desk(dsn)) as desk, closing(Desk(dsn)) as others:
        calls: list[int] = []
        lost = LostAnswers(desk, done=done, between=lambda: others.perform(order(name, task.Take(), by="ben"), NOW))
        monkeypatch.setattr(desk._datastore, "get_connection", lost)  # noqa: SLF001

        outcomes = desk.perform_all([opened(name)], NOW, also=lambda *_: calls.append(1))

        assert [each.version for each in outcomes if isinstance(each, Done)] == [1]
        assert (lost.tries, len(calls)) == (2, 1)
        assert len(desk.history("task", name)) == (2 if done else 1)


def test_the_tables_are_those_that_the_library_would_make(connection: Connection, desk: Desk) -> None:
    """Ours are made with the installation: the library's own statements, which never run, ask for the same columns."""
    connection.execute("CREATE SCHEMA library")
    for statement in desk._recorder.sql_create_statements:  # noqa: SLF001
        text = statement.as_string(connection)
        if text.startswith("CREATE TABLE"):
            connection.execute(text.replace('"desk".', '"library".'))

    assert connection.execute(COLUMNS, ["desk"]).fetchall() == connection.execute(COLUMNS, ["library"]).fetchall()
