"""A connector goes on over what passes, and one process of a name follows at a time."""

from threading import Event

import psycopg
import pytest

from events.log.postgres import Journal
from services.cli.reporting import Report
from services.connecting.errors import BadConnector, SourceAway, SourceChanged
from services.connecting.running import connect_until_stopped
from services.ingest import verdicts
from services.installation import Connection
from services.settings import Settings
from tests.conftest import Connect
from tests.services.connecting.calls import ADD, ago, at, calls, connector, told
from tests.services.running import Running, Told, away, wait_until


def running(database: str, text: str) -> Running:
    """Return a connector that is not begun yet."""

    def run(stop: Event, report: Report) -> None:
        connect_until_stopped(Settings(postgres=database), connector(text), stop, report)

    return Running(run)


def once(database: str, text: str) -> Told:
    """Follow until everything is taken, and return what was told."""
    report = Told()
    connect_until_stopped(Settings(postgres=database), connector(text), Event(), report, once=True)
    return report


def test_rows_are_taken_as_they_come(database: str, centre: str, source: Connection, journal: Journal) -> None:
    """It says when it follows, when it has caught up, and what it took."""
    source.execute(ADD, [1, "ann", "", at(0)])
    with running(database, calls(centre)) as connecting:
        connecting.wait_for("caught up")
        source.execute(ADD, [2, "bob", "", ago(0)])
        connecting.wait_until(lambda: len(told(journal)) == 2)

    assert connecting.told.events == [
        ("following", "This process follows calls."),
        ("took", "Took 1 record, which came to 1 new event."),
        ("caught up", "All that calls holds now was taken."),
        ("took", "Took 1 record, which came to 1 new event."),
    ]


def test_a_restart_loses_nothing_and_doubles_nothing(
    database: str, centre: str, source: Connection, journal: Journal
) -> None:
    """It goes on from the position; what is read again is known."""
    for number in range(5):
        source.execute(ADD, [number, "ann", "", at(number)])
    first = once(database, calls(centre, batch=2))
    source.execute(ADD, [9, "ann", "", at(9)])
    second = once(database, calls(centre, batch=2))

    assert [each.call for each in told(journal)] == ["0", "1", "2", "3", "4", "9"]
    assert ("took", "Took 2 records, which came to 1 new event, 1 known.") in second.events
    assert first.count("caught up") == second.count("caught up") == 1


def test_what_is_refused_is_told_and_kept(database: str, centre: str, source: Connection, connect: Connect) -> None:
    """It says where to look; the position moves on over it."""
    source.execute(ADD, [1, None, "", at(0)])
    source.execute(ADD, [2, "ann", "", at(1)])
    first = once(database, calls(centre))
    second = once(database, calls(centre))

    (row,) = verdicts.listed(connect())
    assert ("took", "Took 2 records, which came to 1 new event, 1 refused: see 'regulars deadletters list'.") in (
        first.events
    )
    assert (row.source, row.protocol, row.field, row.seen) == ("centre", "connect", "caller", 1)
    assert ("took", "Took 1 record, which came to 0 new events, 1 known.") in second.events


def test_it_waits_for_a_source_that_is_away(
    database: str, centre: str, source: Connection, journal: Journal, postgres: str
) -> None:
    """It says so once, goes on by itself, and keeps its place meanwhile."""
    with running(database, calls(centre)) as connecting:
        connecting.wait_for("caught up")
        with away(centre, postgres):
            connecting.wait_for("away")
        with psycopg.connect(centre, autocommit=True) as again:
            again.execute(ADD, [2, "bob", "", ago(0)])
        connecting.wait_until(lambda: len(told(journal)) == 1)

    sentences = [sentence for event, sentence in connecting.told.events if event == "away"]
    assert len(sentences) >= 1
    assert sentences[0].startswith("Trying again: The database of calls.yaml does not answer: ")
    source.close()


def test_it_waits_for_its_own_database(
    database: str, centre: str, source: Connection, connect: Connect, postgres: str
) -> None:
    """What came in meanwhile is taken once it is back."""
    with running(database, calls(centre)) as connecting:
        connecting.wait_for("caught up")
        with away(database, postgres):
            source.execute(ADD, [2, "bob", "", ago(0)])
            connecting.wait_for("away")
        journal = Journal(connect())
        connecting.wait_until(lambda: len(told(journal)) == 1)

    assert connecting.told.count("following") == 2


def test_once_does_not_wait_for_what_is_away(database: str) -> None:
    """Whoever runs it by the clock is told, and runs it again."""
    with pytest.raises(SourceAway, match=r"calls\.yaml does not answer"):
        once(database, calls("host=127.0.0.1 port=9"))


def test_a_second_process_waits_for_the_first(database: str, centre: str, source: Connection, journal: Journal) -> None:
    """It says so, and follows when the first one has ended."""
    with running(database, calls(centre)) as second:
        with running(database, calls(centre)) as first:
            wait_until(lambda: first.told.count("following") + second.told.count("following") == 1)
            wait_until(lambda: first.told.count("waiting") + second.told.count("waiting") == 1)
            source.execute(ADD, [1, "ann", "", ago(0)])
            wait_until(lambda: len(told(journal)) == 1)
        second.wait_for("following")
        source.execute(ADD, [2, "ann", "", ago(0)])
        second.wait_until(lambda: len(told(journal)) == 2)

    waiting = [sentence for event, sentence in [*first.told.events, *second.told.events] if event == "waiting"]
    assert waiting == ["Another process follows calls; this one waits for it to end."]


def test_a_source_that_is_another_one_ends_it(database: str, centre: str, source: Connection) -> None:
    """Waiting would not help: the sentence says what to do."""
    source.execute(ADD, [1, "ann", "", at(0)])
    once(database, calls(centre))

    with (
        pytest.raises(SourceChanged, match="or give the connector another name"),
        running(database, calls(centre, cursor="id")) as connecting,
    ):
        connecting.wait_for("never")


def test_a_number_does_not_tell_when_a_row_came_about(database: str, centre: str) -> None:
    """A translation that asks for that is refused: the time would be another one each time that the row is read."""
    text = calls(centre, cursor="id").replace("  time: changed_at\n", "")

    with pytest.raises(BadConnector, match=r"calls\.yaml: translation: asks for regulars\.received_at"):
        once(database, text)


def test_a_row_without_a_cursor_is_told_of_when_it_begins(database: str, centre: str, source: Connection) -> None:
    """So nobody wonders where it is."""
    source.execute(ADD, [1, "ann", "", None])

    report = once(database, calls(centre))

    notes = [sentence for event, sentence in report.events if event == "note"]
    assert notes == ["calls: Rows with no changed_at or no id: 1. They are not followed; a query can give them one."]
