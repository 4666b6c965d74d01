"""Kafka's jars are fetched once, are complete or not there, and a sentence says why they cannot be had."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from services.dev.artefacts import FOLDER, cache_folder, kafka_jars
from services.settings import InstallationError
from tests.tidy.sources import ROOT

FETCH = "import sys; from pathlib import Path; from services.dev.artefacts import kafka_jars;"
FETCH += " kafka_jars(print, Path(sys.argv[1]))"


def test_they_make_a_broker() -> None:
    """What Maven brings holds Kafka's own main class, and a binding that lets it speak."""
    jars = {path.name for path in kafka_jars(print).iterdir()}

    assert {"kafka_2.13-4.1.0.jar", "slf4j-simple-1.7.36.jar"} <= jars
    assert all(name.endswith(".jar") for name in jars)


def test_two_processes_that_want_them_fetch_them_once(tmp_path: Path) -> None:
    """The second waits for the first, and finds everything; nothing half fetched is left beside it."""
    words = [sys.executable, "-c", FETCH, str(tmp_path / "cache")]

    both = [subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate()[0] for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert sum(text.count("Maven fetches") for text in said) == 1
    assert {path.name for path in (tmp_path / "cache").iterdir()} == {FOLDER, f"{FOLDER}.lock"}


def test_what_a_killed_fetch_left_is_not_taken_for_the_jars(tmp_path: Path) -> None:
    """A fetch that was cut off leaves a folder under another name, which the next fetch clears away."""
    left_over = tmp_path / f"{FOLDER}.new-cut"
    left_over.mkdir()
    (left_over / "kafka_2.13-4.1.0.jar").write_bytes(b"half of")

    jars = kafka_jars(print, tmp_path)

    assert (jars / "kafka_2.13-4.1.0.jar").stat().st_size > 1_000_000
    assert not left_over.exists()


def test_once_fetched_they_need_no_maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in the cache is taken as it is."""
    shutil.copytree(kafka_jars(print), tmp_path / FOLDER)
    monkeypatch.setenv("PATH", "")

    jars = kafka_jars(print, tmp_path)

    assert jars == tmp_path / FOLDER


def test_without_maven_a_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs it learns what to install."""
    monkeypatch.setenv("PATH", "")

    with pytest.raises(InstallationError, match=r"fetched by Maven, and there is no 'mvn': install Maven\."):
        kafka_jars(print, tmp_path)


def test_a_fetch_that_fails_gives_the_reason_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Off the network Maven's own first line is passed on, and the next try begins anew."""
    cache = tmp_path / "cache"
    monkeypatch.setenv("MAVEN_OPTS", f"-Dmaven.repo.local={tmp_path / 'empty'} -Dhttps.proxyHost=127.0.0.1")

    with pytest.raises(InstallationError, match=r"^Maven could not fetch Apache Kafka 4\.1\.0: .*repo"):
        kafka_jars(print, cache)

    assert [path.name for path in cache.iterdir()] == [f"{FOLDER}.lock"]


def test_a_cache_that_cannot_be_written_gives_the_reason(tmp_path: Path) -> None:
    """A file in the folder's place is named."""
    (tmp_path / "cache").write_text("a file", encoding="utf-8")

    with pytest.raises(InstallationError, match=r"cannot be kept in .*cache: "):
        kafka_jars(print, tmp_path / "cache")


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ("/var/cache/me", "/var/cache/me/regulars"),
        ("", "/people/me/.cache/regulars"),
        ("x", "/people/me/.cache/regulars"),
    ],
)
def test_the_cache_is_where_the_system_keeps_caches(given: str, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_CACHE_HOME if it is a whole path, otherwise ~/.cache."""
    monkeypatch.setenv("HOME", "/people/me")
    monkeypatch.setenv("XDG_CACHE_HOME", given)

    assert cache_folder() == Path(folder)
