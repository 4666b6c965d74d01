"""What tests of the command line ask for: commands that run against a fresh database, and a history on its log."""

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from events.log import topics
from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from services.cli import main
from services.variables import KAFKA, SETTINGS, TOPIC_PREFIX
from tests.conftest import PARTITIONS
from tests.services.cli.ran import Ran, as_lines, linked, order, viewed

Regulars = Callable[..., Ran]
OnTheJournal = Callable[..., None]


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
def log(with_kafka: Regulars, kafka: Cluster) -> Iterator[KafkaLog]:
    """Return the log itself, empty; the topics are made."""
    del with_kafka  # it made them
    with closing(KafkaLog(kafka)) as opened:
        yield opened


@pytest.fixture
def on_the_journal(with_kafka: Regulars, monkeypatch: pytest.MonkeyPatch) -> OnTheJournal:
    """Return a function that appends facts to the journal and has them folded, as before Kafka was set."""

    def append(*facts: dict[str, Any]) -> None:
        with monkeypatch.context() as without:
            without.delenv(KAFKA.name)
            assert with_kafka("log", "append", "-", piped=as_lines(*facts)).exit_code == 0

    return append


@pytest.fixture
def history(regulars: Regulars, tmp_path: Path) -> Path:
    """Put two orders, a visit and the link between customer and visitor on the log, folded; return their file."""
    path = tmp_path / "history.jsonl"
    path.write_text(as_lines(order(1, 1000, day=1), viewed(2), linked(3), order(4, 500, day=20)), encoding="utf-8")
    assert regulars("log", "append", str(path)).exit_code == 0
    return path
