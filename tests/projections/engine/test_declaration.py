"""What a declaration stands for: its name, its key, its columns, and what a fold may return."""

from datetime import date, datetime

import pytest

from events.catalog.searches import SearchPerformed, SearchResultChosen
from events.codec import Codec
from events.envelope import Envelope
from projections._engine import reference
from projections._engine.columns import Key, Latest, Max, Sum
from projections._engine.declaration import Projection, Row, folds
from projections._engine.folding import Folder
from projections._engine.reference import States
from tests.contracts.memory_log import MemoryLog
from tests.projections.engine.tables import Connect, drain, live_tables
from tests.projections.engine.tally import search


class SearchesOfADay(Projection, version=3):
    """Has a key of two parts, two columns, and folds that return all that a fold may return."""

    subject: Key[str]
    day: Key[date]
    searches: Sum
    phrasing: Latest[str]
    longest = 40  # no annotation, no column

    @folds(SearchPerformed)
    def search(self, event: SearchPerformed, envelope: Envelope) -> list[Row] | Row | None:
        """Say nothing, one row, or as many as there are words."""
        words = event.query.split()
        key = (envelope.subject, envelope.time.date())
        if len(words) == 1:
            return self.row(*key, searches=1, phrasing=event.query)
        return [self.row(*key, searches=1) for _ in words] if words else None

    @folds(SearchPerformed, SearchResultChosen)
    def used(self, event: SearchPerformed | SearchResultChosen, _envelope: Envelope) -> Row | None:
        """Fail, for some, after the first fold of the same event has spoken."""
        if event.query == "fails late":
            message = "too late"
            raise ValueError(message)
        return None


def folded(*queries: str) -> States:
    """Return the compiled rows of searches."""
    log = MemoryLog(1)
    log.append([search(number, query) for number, query in enumerate(queries)])
    folder = Folder([SearchesOfADay()], Codec())
    batch = folder.fold([folder.decode(chunk) for chunk in log.read({0: 0}, 100)])
    return batch.rows["searches_of_a_day"]


def test_a_projection_is_called_as_its_class_is() -> None:
    """In words with underscores; keys and columns are the annotations, in order."""
    projection = SearchesOfADay()

    assert (projection.name, projection.version, projection.personal) == ("searches_of_a_day", 3, True)
    assert [field.name for field in projection.fields()] == [
        "subject",
        "day",
        "searches",
        "phrasing",
        "phrasing_at",
        "phrasing_by",
    ]
    assert set(projection.handlers()) == {SearchPerformed, SearchResultChosen}


def test_a_fold_returns_nothing_a_row_or_several() -> None:
    """Rows of one event may have one key; what a fold does not name stays as it is."""
    (row,) = folded("kettle", "", "a red kettle", "teapot").values()

    assert row[0] == 5
    assert row[1][1:] == ("search-3", "teapot")
    assert folded("", "") == {}


def test_an_event_of_which_one_fold_fails_leaves_no_trace(connect: Connect) -> None:
    """Another fold of the same projection may have spoken already: the event is parked, so it counts in neither."""
    log = MemoryLog(1)
    log.append([search(1, "fails late"), search(2, "kettle")])
    with connect() as connection:
        (table,) = live_tables(connection, log, [SearchesOfADay()])
        drain(log, connect, [table])

        rows = connection.execute("SELECT searches FROM projection.searches_of_a_day").fetchall()
        parked = connection.execute('SELECT "offset" FROM engine.dead_letter').fetchall()

    assert (rows, parked) == ([(1,)], [(0,)])


@pytest.mark.parametrize("name", ["row", "name", "version", "keys", "fields"])
def test_a_column_may_not_be_called_like_what_every_projection_has(name: str) -> None:
    """It would hide it: the declaration is refused where it is written."""
    with pytest.raises(TypeError, match=f"{name}: the name of every projection's own attribute"):
        type("Hiding", (Projection,), {"__annotations__": {"subject": Key[str], name: Max[datetime]}}, version=1)


def test_the_plain_fold_and_the_compiled_one_say_the_same() -> None:
    """They share the fold functions and nothing else."""
    queries = ("kettle", "", "a red kettle", "teapot", "kettle")

    plain = reference.fold(SearchesOfADay(), [search(number, query) for number, query in enumerate(queries)])

    assert folded(*queries) == plain
