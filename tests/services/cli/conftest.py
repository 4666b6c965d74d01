"""What tests of the command line ask for: commands that run against a fresh database, and a history on its log."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from events.log import topics
from events.log.cluster import Cluster
from services.cli import main
from services.settings import KAFKA, SETTINGS, TOPIC_PREFIX
from tests.conftest import PARTITIONS
from tests.services.cli.ran import Ran, as_lines, linked, order, viewed

Regulars = Callable[..., Ran]


@pytest.fixture
def regulars(database: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Regulars:
    """Return a function that runs a command on the fresh database; ``piped`` is what it reads from stdin."""
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    monkeypatch.setenv("REGULARS_PG", database)

    def run(*arguments: str, piped: str = "") -> Ran:
        held = sys.stdin
        sys.stdin = io.TextIOWrapper(io.BytesIO(piped.encode()))
        capsys.readouterr()
        try:
            with pytest.raises(SystemExit) as ended:
                main(arguments)
        finally:
            sys.stdin = held
        printed = capsys.readouterr()
        return Ran(int(ended.value.code or 0), printed.out, printed.err)

    return run


@pytest.fixture
def with_kafka(regulars: Regulars, kafka: Cluster, monkeypatch: pytest.MonkeyPatch) -> Regulars:
    """Return the same function with the log of record on Kafka: fresh topics, of as many partitions as the journal."""
    topics.create(kafka, PARTITIONS, replication=1)
    monkeypatch.setenv(KAFKA.name, kafka.servers)
    monkeypatch.setenv(TOPIC_PREFIX.name, kafka.prefix)
    return regulars


@pytest.fixture
def history(regulars: Regulars, tmp_path: Path) -> Path:
    """Put two orders, a visit and the link between customer and visitor on the log, folded; return their file."""
    path = tmp_path / "history.jsonl"
    path.write_text(as_lines(order(1, 1000, day=1), viewed(2), linked(3), order(4, 500, day=20)), encoding="utf-8")
    assert regulars("log", "append", str(path)).exit_code == 0
    return path
