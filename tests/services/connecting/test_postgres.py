"""A table is followed: every row that has a cursor is read, whatever others do to the table meanwhile."""

from contextlib import closing

import psycopg
import pytest

from services.connecting.errors import BadConnector, SourceAway, SourceChanged
from services.installation import Connection
from tests.services.connecting.calls import ADD, ago, at
from tests.services.connecting.reads import Held, ids, reader, swept


def test_rows_with_equal_cursors_are_read_whole_across_pages(centre: str, source: Connection) -> None:
    """With one column, a page that is full in the middle of equal values goes on to their end."""
    for number in range(20):
        source.execute(ADD, [number, "ann", "", at(number // 7)])

    with closing(reader(centre, cursor="changed_at", batch=3)) as reading:
        found = ids(reading)

    assert sorted(found) == list(range(20))


def test_a_million_equal_values_need_not_fit_into_memory(centre: str, source: Connection) -> None:
    """They come in batches of the size that was asked for, within one page."""
    for number in range(10):
        source.execute(ADD, [number, "ann", "", at(0)])

    with closing(reader(centre, cursor="changed_at", batch=4)) as reading:
        sizes = []
        while (batch := reading.next()) is not None:
            sizes.append(len(batch.pieces))
            reading.taken(batch)

    assert sizes == [4, 4, 2]


def test_two_columns_are_one_order(centre: str, source: Connection) -> None:
    """Rows of one time are read in the order of the second column, and a restart goes on between them."""
    for number in (5, 3, 1, 4, 2):
        source.execute(ADD, [number, "ann", "", at(0)])
    held: Held = {}

    with closing(reader(centre, batch=2)) as reading:
        batch = reading.next()
        assert batch is not None
        held.update(batch.parts)
    with closing(reader(centre, held, batch=2)) as reading:
        rest = ids(reading, held)

    assert [piece.record["id"] for piece in batch.pieces if isinstance(piece.record, dict)] == [1, 2]
    assert rest == [2, 3, 4, 5]  # the row of the position itself is read again
    assert held["rows"]["from"][1] == "5"


def test_a_transaction_that_commits_late_is_found(centre: str, source: Connection) -> None:
    """Its row has a lower cursor than one that was read, but is no more than the overlap late."""
    source.execute(ADD, [1, "ann", "", ago(60)])
    with closing(reader(centre, overlap=30)) as reading, psycopg.connect(centre) as late:
        late.execute(ADD, [2, "ann", "", ago(20)])
        source.execute(ADD, [3, "ann", "", ago(1)])
        before = ids(reading)
        late.commit()
        after = ids(reading)
        again = ids(reading)

    assert (before, after, again) == ([1, 3], [2], [])


def test_without_an_overlap_a_late_row_is_lost(centre: str, source: Connection) -> None:
    """That is what the overlap is for: whoever says 0 says that no transaction is late."""
    with closing(reader(centre, overlap=0)) as reading:
        source.execute(ADD, [3, "ann", "", ago(1)])
        before = ids(reading)
        source.execute(ADD, [2, "ann", "", ago(20)])
        after = ids(reading)

    assert (before, after) == ([3], [])


def test_late_rows_are_found_while_others_keep_coming(centre: str, source: Connection) -> None:
    """The position never passes what is not settled, however far a sweep goes: a restart finds the late row too."""
    held: Held = {}
    for number in range(10, 40):
        source.execute(ADD, [number, "ann", "", ago(25 - number / 2)])

    with closing(reader(centre, overlap=30, batch=4)) as reading:
        first = ids(reading, held)
    source.execute(ADD, [5, "ann", "", ago(24)])
    with closing(reader(centre, held, overlap=30, batch=4)) as reading:
        second = ids(reading, held)

    assert (len(first), second[:1]) == (30, [5])


def test_numbers_that_are_counted_up_are_late_too(centre: str, source: Connection) -> None:
    """A sequence hands numbers out before transactions commit: the overlap is a count of them."""
    for number in (1, 2, 3, 7):
        source.execute(ADD, [number, "ann", "", at(0)])
    held: Held = {}
    with closing(reader(centre, cursor="id", overlap=4)) as reading:
        first = ids(reading, held)
        source.execute(ADD, [5, "ann", "", at(0)])
        source.execute(ADD, [8, "ann", "", at(0)])
        second = ids(reading, held)

    assert (first, second) == ([1, 2, 3, 7], [5, 8])
    assert held["rows"] == {"cursor": ["id"], "from": ["4"]}


def test_a_change_of_a_row_is_read_and_an_untouched_row_is_not(centre: str, source: Connection) -> None:
    """A row comes again when its cursor moved, and also when only its content did, as long as the overlap lasts."""
    for number in (1, 2, 3):
        source.execute(ADD, [number, "ann", "", ago(1)])
    with closing(reader(centre, overlap=60)) as reading:
        first = ids(reading)
        source.execute("UPDATE call SET about = 'kettle', changed_at = clock_timestamp() WHERE id = 1")
        source.execute("UPDATE call SET about = 'pot' WHERE id = 2")
        second = [(record["id"], record["about"]) for record in swept(reading)]

    assert first == [1, 2, 3]
    assert sorted(second) == [(1, "kettle"), (2, "pot")]


def test_a_cursor_far_in_the_future_does_not_hide_the_present(centre: str, source: Connection) -> None:
    """One wrong date must not be where everything is read from."""
    source.execute(ADD, [1, "ann", "", "2099-01-01T00:00:00Z"])
    held: Held = {}
    with closing(reader(centre, held)) as reading:
        first = ids(reading, held)
        source.execute(ADD, [2, "ann", "", ago(0)])
        second = ids(reading, held)
    source.execute(ADD, [3, "ann", "", ago(0)])
    with closing(reader(centre, held)) as reading:
        third = ids(reading, held)

    assert (first, second) == ([1], [2])
    assert third[-2:] == [3, 1]


def test_a_row_without_a_cursor_is_told_of(centre: str, source: Connection) -> None:
    """It cannot be placed, so it is not followed; when it gets a value it is."""
    source.execute(ADD, [1, "ann", "", None])
    with closing(reader(centre)) as reading:
        first = ids(reading)
        source.execute("UPDATE call SET changed_at = clock_timestamp()")
        second = ids(reading)

    assert list(reading.notes) == [
        "Rows with no changed_at or no id: 1. They are not followed; a query can give them one."
    ]
    assert (first, second) == ([], [1])


def test_a_start_leaves_out_what_is_older(centre: str, source: Connection) -> None:
    """It is the first value that is read, as the column's type has it; a time without a zone is in UTC."""
    for number in range(5):
        source.execute(ADD, [number, "ann", "", at(number)])

    with closing(reader(centre, start="'2026-03-01 10:00:03'")) as reading:
        found = ids(reading)

    assert found == [3, 4]


def test_a_query_is_followed_like_a_table(centre: str, source: Connection) -> None:
    """It may hold a per cent sign, a comment at its end and a semicolon; its columns are the record."""
    source.execute(ADD, [1, "ann", "100%", at(0)])
    source.execute(ADD, [2, "bob", "5", None])
    query = '"SELECT id, caller AS who, coalesce(changed_at, ' + "'2026-03-02Z'" + ") AS moved"
    query += " FROM call WHERE about LIKE '%' -- all of them\\n;\""

    with closing(reader(centre, table=None, query=query, cursor="moved")) as reading:
        found = swept(reading)

    assert [(each["id"], each["who"], each["moved"]) for each in found] == [
        (1, "ann", "2026-03-01T10:00:00+00:00"),
        (2, "bob", "2026-03-02T00:00:00+00:00"),
    ]


def test_a_record_came_about_when_its_cursor_says(centre: str, source: Connection) -> None:
    """So it is the same each time that the row is read, whatever the translation makes of it."""
    source.execute(ADD, [1, "ann", "", at(7)])

    with closing(reader(centre)) as reading:
        batch = reading.next()

    assert batch is not None
    assert [piece.received_at for piece in batch.pieces] == [at(7)]
    assert batch.pieces[0].place == "changed_at=2026-03-01 10:00:07+00 id=1"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"table": "calls"}, 'calls.yaml: postgres.table: relation "calls" does not exist'),
        ({"table": None, "query": "SELECT FROM WHERE"}, 'calls.yaml: postgres.query: syntax error at or near "WHERE"'),
        ({"cursor": "moved_at"}, "calls.yaml: postgres.cursor: moved_at is no column; there are id, caller, about"),
        ({"cursor": "about"}, "calls.yaml: postgres.cursor: about is neither a time, nor a date, nor a number"),
        (
            {"start": "soon"},
            'calls.yaml: postgres.start: invalid input syntax for type timestamp with time zone: "soon"',
        ),
        (
            {"table": None, "query": "SELECT *, 1 AS id FROM call"},
            "calls.yaml: postgres.query: has two columns id: give one another name",
        ),
        (
            {"table": None, "query": '"SELECT id, now()::timestamp AS changed_at FROM call"'},
            "calls.yaml: postgres.timezone: is missing: changed_at is a time without a zone",
        ),
    ],
)
def test_a_source_that_is_not_as_the_file_says_is_a_sentence(
    centre: str, changes: dict[str, object], message: str
) -> None:
    """It names the file and the place in it."""
    with pytest.raises(BadConnector) as refused:
        reader(centre, **changes)

    assert str(refused.value).startswith(message)


def test_a_database_that_does_not_answer_is_away() -> None:
    """The password stays unsaid."""
    with pytest.raises(SourceAway, match=r"^The database of calls\.yaml does not answer: ") as away:
        reader("postgresql://ann:secret@127.0.0.1:9/centre")

    assert "secret" not in str(away.value)


def test_a_position_by_another_cursor_is_refused(centre: str) -> None:
    """Going on from it would leave rows out."""
    held: Held = {"rows": {"cursor": ["id"], "from": ["4"]}}

    with pytest.raises(SourceChanged, match="the position of calls was kept by id"):
        reader(centre, held)


def test_nothing_is_written_to_the_source(centre: str, source: Connection) -> None:
    """A query that would write is refused by Postgres itself."""
    source.execute("CREATE FUNCTION meddle() RETURNS bigint LANGUAGE sql AS 'DELETE FROM call RETURNING id'")
    source.execute(ADD, [1, "ann", "", at(0)])

    with pytest.raises(BadConnector, match="read-only transaction"):
        swept(reader(centre, table=None, query="SELECT meddle() AS id", cursor="id"))

    assert source.execute("SELECT count(*) FROM call").fetchone() == (1,)
