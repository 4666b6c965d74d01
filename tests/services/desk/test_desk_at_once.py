"""Many at one desk at the same moment, and answers that are lost: nothing is lost, nothing happens twice."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from threading import Barrier

import psycopg
import pytest
from eventsourcing.persistence import OperationalError
from psycopg.rows import DictRow

from services.desk import task
from services.desk.deciding import Refused
from services.desk.desk import Desk
from services.desk.mapping import event_id
from services.desk.session import Done
from services.desk.storing import Datastore
from services.installation import Connection
from tests.services.desk.tasks import NOW, opened, order


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


class LostAnswers(Datastore):
    """A database whose first answer is lost: the one to a COMMIT, or before anything was done."""

    def __init__(self, dsn: str, connections: int) -> None:
        """Lose none yet."""
        super().__init__(dsn, connections)
        self.armed, self.done, self.tries = False, True, 0
        self.between: Callable[[], object] = lambda: None

    @contextmanager
    def get_connection(self) -> Iterator[psycopg.Connection[DictRow]]:
        """Yield a connection, and lose what came of it the first time."""
        self.tries += self.armed
        first = self.armed and self.tries == 1
        with super().get_connection() as connection:
            if first and not self.done:
                message = "the connection is lost before anything"
                raise OperationalError(message)
            yield connection
        if first:
            self.between()
            message = "the answer to COMMIT is lost"
            raise OperationalError(message)


@pytest.mark.parametrize("done", [True, False])
def test_a_lost_answer_to_a_commit_is_no_conflict(dsn: str, name: str, *, done: bool) -> None:
    """What was committed is not written again, nor taken for another's, also where others went on meanwhile."""
    made: list[LostAnswers] = []

    def connected(dsn: str, connections: int) -> LostAnswers:
        made.append(LostAnswers(dsn, connections))
        return made[0]

    with closing(Desk(dsn, connected=connected)) as desk, closing(Desk(dsn)) as others:
        (lost,) = made
        lost.armed, lost.done = True, done
        lost.between = lambda: others.perform(order(name, task.Take(), by="ben"), NOW)
        calls: list[int] = []

        outcomes = desk.perform_all([opened(name)], NOW, also=lambda *_: calls.append(1))

        assert [each.version for each in outcomes if isinstance(each, Done)] == [1]
        assert (lost.tries, len(calls)) == (2, 1)
        assert len(desk.history("task", name)) == (2 if done else 1)


def test_connections_that_were_cut_off_are_made_anew(dsn: str, connection: Connection, name: str) -> None:
    """As after a restart of the database: nobody is told of it."""
    with closing(Desk(dsn)) as desk:
        desk.perform(opened(name), NOW)
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name = 'regulars desk' AND datname = current_database()"
        )

        assert desk.perform(order(name, task.Take()), NOW).version == 2
