"""Files of a folder are imported as they are finished, each once, and a bad one is told of once."""

import os
import time
from pathlib import Path

import pytest

from events.log.postgres import Journal
from services.connecting.directory import DirectoryFollower, Hearing, Stopped
from services.connecting.errors import SourceAway
from services.connecting.loading import mapping_of
from services.connecting.positions import Positions
from services.connecting.taking import Counts
from services.ingest.verdict import Outcome
from tests.conftest import Connect
from tests.services.connecting.calls import connector
from tests.services.running import Told

HEADER = "who,day\n"

VISITS = """
name: door
source: door
tables: [{name: visits, columns: [who, day]}]
values: {seen_at: "strptime(day, '%Y-%m-%d') AT TIME ZONE 'UTC'"}
events:
  - {type: regulars.visit.started.v1, subject: "'customer:' || who", time: seen_at}
"""

FOLDER = "name: door\ndirectory: {path: in, pattern: '*.csv', mapping: door.yaml, settle_seconds: 5}\n"


class Door:
    """A folder of visits that is followed."""

    def __init__(self, folder: Path, connect: Connect, journal: Journal) -> None:
        """Make the folder and the mapping."""
        self.inside = folder / "in"
        self.inside.mkdir()
        self.report = Told()
        self.counts = Counts()
        self.over = False
        self._folder, self._connect, self.journal = folder, connect, journal
        self.mapping(VISITS)

    def mapping(self, text: str) -> None:
        """Write the mapping."""
        (self._folder / "door.yaml").write_text(text, encoding="utf-8")

    def write(self, name: str, *rows: str, seconds_ago: float = 60) -> Path:
        """Write a file that was finished so long ago."""
        path = self.inside / name
        path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
        at = time.time() - seconds_ago
        os.utime(path, (at, at))
        return path

    def follow(self, text: str = FOLDER) -> DirectoryFollower:
        """Return a follower, as after a restart."""
        read = connector(text, str(self._folder / "connector.yaml"))
        hearing = Hearing(self.report.tell, lambda: self.over)
        positions = Positions(self._connect(), read.name)
        return DirectoryFollower(read, mapping_of(read), self.journal, positions, self.counts, hearing)

    def take(self, text: str = FOLDER) -> list[str]:
        """Follow until nothing is left to do, and return what was told."""
        follower = self.follow(text)
        before = len(self.report.events)
        while follower.step():
            pass
        return [sentence.replace(str(self.inside), "in") for _, sentence in self.report.events[before:]]

    def events(self) -> int:
        """Return how many events there are."""
        return sum(self.journal.ends().values())


@pytest.fixture
def door(tmp_path: Path, connect: Connect, journal: Journal) -> Door:
    """Return the folder, empty."""
    return Door(tmp_path, connect, journal)


def test_each_file_is_imported_once(door: Door) -> None:
    """Also over a restart; a new one is found."""
    door.write("a.csv", "ann,2026-03-01", "bob,2026-03-01")
    first = door.take()
    door.write("b.csv", "ann,2026-03-02")
    second = door.take()

    assert first == ["a.csv: 2 rows came to 2 new events."]
    assert second == ["b.csv: 1 row came to 1 new event."]
    assert (door.events(), door.take()) == (3, [])


def test_a_file_that_is_not_finished_is_left_alone(door: Door) -> None:
    """And that is known: whoever wants to end once all is done waits for it."""
    door.write("a.csv", "ann,2026-03-01", seconds_ago=0)
    follower = door.follow()

    assert (follower.step(), follower.is_waiting) == (False, True)


def test_a_file_that_grew_is_imported_again(door: Door) -> None:
    """What it held before changes nothing."""
    door.write("a.csv", "ann,2026-03-01")
    door.take()
    door.write("a.csv", "ann,2026-03-01", "bob,2026-03-01", seconds_ago=30)

    assert door.take() == ["a.csv: 2 rows came to 1 new event, 1 known."]
    assert door.events() == 2


def test_the_same_content_under_another_name_is_not_imported_again(door: Door) -> None:
    """A file that was renamed, or that another system sent twice."""
    door.write("a.csv", "ann,2026-03-01")
    door.take()
    (door.inside / "a.csv").rename(door.inside / "b.csv")

    assert door.take() == ["b.csv holds what a.csv held; it is not imported again."]
    assert door.take() == []


def test_a_file_that_is_only_touched_is_not_imported_again(door: Door) -> None:
    """Its content says that nothing is new."""
    door.write("a.csv", "ann,2026-03-01")
    door.take()
    door.write("a.csv", "ann,2026-03-01", seconds_ago=10)

    assert door.take() == []
    assert door.counts.verdicts == {Outcome.STORED: 1, Outcome.DUPLICATE: 0, Outcome.CONFLICT: 0, Outcome.REJECTED: 0}


def test_a_file_that_cannot_be_read_is_told_of_once_and_holds_up_no_other(door: Door) -> None:
    """It is tried again when it changes, and not before."""
    (door.inside / "a.csv").write_bytes(b"\x1f\x8bnothing")
    os.utime(door.inside / "a.csv", (0, 0))
    door.write("b.csv", "ann,2026-03-02")
    first = door.take()
    second = door.take()
    door.write("a.csv", "ann,2026-03-01", seconds_ago=10)
    third = door.take()

    assert first[0].startswith("a.csv was not imported: in/a.csv: the gzip file is cut off or damaged")
    assert first[1:] == ["b.csv: 1 row came to 1 new event."]
    assert (second, third) == ([], ["a.csv: 1 row came to 1 new event."])


def test_a_file_that_did_not_fit_its_mapping_is_tried_again_with_another_one(door: Door) -> None:
    """Whoever mends the mapping need not touch the file."""
    door.mapping(VISITS.replace("columns: [who, day]", "columns: [who, day, till]"))
    door.write("a.csv", "ann,2026-03-01")
    first = door.take()
    door.mapping(VISITS)

    assert first == ["a.csv was not imported: in/a.csv: lacks till, which door needs; it has who, day"]
    assert door.take() == ["a.csv: 1 row came to 1 new event."]


def test_rows_that_cannot_be_facts_are_written_where_it_is_said(door: Door, tmp_path: Path) -> None:
    """Beside the file, where they are not taken for another file; or in a folder of their own."""
    bad = ("ann,2026-03-01", "bob,yesterday")
    everything = FOLDER.replace("*.csv", "*")
    door.write("a.csv", *bad)
    beside = door.take(everything)
    door.write("b.csv", *bad, "eve,2026-03-03")
    apart = door.take(everything.replace("settle", "rejects: out, settle"))

    assert beside == ["a.csv: 2 rows came to 1 new event, 1 refused: see in/a.csv.rejects.jsonl."]
    assert apart == [f"b.csv: 3 rows came to 1 new event, 1 known, 1 refused: see {tmp_path}/out/b.csv.rejects.jsonl."]
    assert door.counts.refused == 2


def test_a_folder_that_cannot_be_read_is_away(door: Door) -> None:
    """It may be a share that is not mounted for now."""
    follower = door.follow()
    door.inside.rmdir()

    with pytest.raises(SourceAway, match="in cannot be read: No such file"):
        follower.step()


def test_a_file_is_left_half_done_where_we_are_told_to_stop(door: Door) -> None:
    """All of it is imported when it is followed again."""
    door.write("a.csv", "ann,2026-03-01")
    door.over = True
    with pytest.raises(Stopped):
        door.take()
    door.over = False

    assert door.take() == ["a.csv: 1 row came to 1 new event."]
