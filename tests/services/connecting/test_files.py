"""A file counts as complete when it has stayed as it is for long enough, and ours are never among them."""

import os
import time
from pathlib import Path

import pytest

from services.connecting.files import Folder, Seen, digest


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        """Begin at nought."""
        self.seconds = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.seconds


def written(path: Path, text: str = "a,b\n", *, seconds_ago: float = 0) -> Path:
    """Write a file as somebody else did so long ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    at = time.time() - seconds_ago
    os.utime(path, (at, at))
    return path


def seen(path: Path) -> Seen:
    """Return a file as it is."""
    found = Seen.of(path)
    assert found is not None
    return found


def test_only_files_that_fit_and_are_not_ours_count(tmp_path: Path) -> None:
    """Hidden ones are not finished, rejects are what we wrote, and a folder is no file."""
    for name in ("b.csv", "a.csv", ".c.csv", "a.csv.rejects.jsonl", "in/d.csv", ".git/e.csv", "f.txt"):
        written(tmp_path / name)
    (tmp_path / "folder.csv").mkdir()

    flat = list(Folder(tmp_path, "*.csv", 5).files())
    deep = list(Folder(tmp_path, "**/*.csv", 5).files())
    everything = list(Folder(tmp_path, "*", 5).files())

    assert flat == ["a.csv", "b.csv"]
    assert deep == ["a.csv", "b.csv", "in/d.csv"]
    assert everything == ["a.csv", "b.csv", "f.txt"]


def test_a_folder_that_is_gone_is_not_an_empty_one(tmp_path: Path) -> None:
    """An unmounted share must not look as if there were nothing to do."""
    with pytest.raises(FileNotFoundError):
        Folder(tmp_path / "gone", "*.csv", 5).files()


def test_a_file_that_is_still_written_to_is_not_complete(tmp_path: Path) -> None:
    """It is once nobody has touched it for the time that was asked for."""
    path, clock = written(tmp_path / "a.csv"), Clock()
    folder = Folder(tmp_path, "*.csv", 5, clock)

    first = folder.is_complete("a.csv", seen(path))
    clock.seconds = 4
    written(path, "a,b\nc,d\n")
    second = folder.is_complete("a.csv", seen(path))
    clock.seconds = 8
    third = folder.is_complete("a.csv", seen(path))
    clock.seconds = 9.5
    fourth = folder.is_complete("a.csv", seen(path))

    assert (first, second, third, fourth) == (False, False, False, True)


def test_a_file_that_is_renamed_into_the_folder_is_complete_at_once(tmp_path: Path) -> None:
    """It was written elsewhere, and its time says so."""
    written(tmp_path / "elsewhere" / "a.tmp", seconds_ago=60).rename(tmp_path / "a.csv")

    assert Folder(tmp_path, "*.csv", 5, Clock()).is_complete("a.csv", seen(tmp_path / "a.csv"))


def test_a_file_from_a_clock_that_is_ahead_is_complete_in_the_end(tmp_path: Path) -> None:
    """As on a share of another machine: then it counts since when we have seen it so."""
    path, clock = written(tmp_path / "a.csv", seconds_ago=-3600), Clock()
    folder = Folder(tmp_path, "*.csv", 5, clock)

    first = folder.is_complete("a.csv", seen(path))
    clock.seconds = 5

    assert (first, folder.is_complete("a.csv", seen(path))) == (False, True)


def test_what_has_changed_is_told_from_what_has_not(tmp_path: Path) -> None:
    """Size and time tell of an imported file; of one that was refused, its rights do too."""
    path = written(tmp_path / "a.csv", seconds_ago=60)
    position = seen(path)._asdict()
    path.chmod(0o600)

    as_it_was = seen(path).is_as_held({**position, "refused": ""})
    refused = seen(path).is_as_held({**position, "refused": "it may not be read"})
    written(path, "longer\n", seconds_ago=60)

    assert (as_it_was, refused) == (True, False)
    assert not seen(path).is_as_held({**position, "refused": ""})


def test_a_file_that_is_gone_is_not_seen(tmp_path: Path) -> None:
    """It may be taken away at any moment."""
    assert Seen.of(tmp_path / "gone.csv") is None
    assert Seen.of(tmp_path) is None


def test_a_digest_is_of_the_content_alone(tmp_path: Path) -> None:
    """Whatever the file is called and however old it is."""
    assert digest(written(tmp_path / "a.csv")) == digest(written(tmp_path / "b.csv", seconds_ago=9))
    assert digest(tmp_path / "a.csv") != digest(written(tmp_path / "c.csv", "a,c\n"))
