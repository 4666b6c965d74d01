"""``regulars connect``: a table, a topic or a folder is taken in, and shown beforehand."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import psycopg
import pytest

from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from events.log.postgres import Journal
from services.dev.ports import free_port
from services.installation import Connection
from tests.services.cli.conftest import Regulars
from tests.services.cli.staying import Staying
from tests.services.connecting.calls import ADD, TABLE, at, calls, told
from tests.services.connecting.changes import SAMPLES, Written, moved
from tests.services.running import wait_until

MOST_SECONDS_TO_END = 15.0

FOLDER = "name: tills\ndirectory: {path: ., pattern: '*.txt', mapping: cdnow}\n"

DEBEZIUM = """
name: crm
source: crm
debezium: {{topic: {topic}}}
translation:
  name: crm
  kind: op
  message_id: joined(':', source.lsn, (after || before).id)
  subject: subject('customer', (after || before).id)
  time: epoch_us(source.ts_us)
  events:
    - on: [c, u, r]
      type: regulars.customer.traits_changed.v2
      data: {{traits: traits(after)}}
"""


@pytest.fixture
def connector(tmp_path: Path) -> Path:
    """Return where the connector's file is."""
    return tmp_path / "connector.yaml"


@pytest.fixture
def source(database: str) -> Iterator[Connection]:
    """Return a connection to a table of calls, which lies beside our own here."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(TABLE)
        yield connection


def scraped(port: int) -> str:
    """Return what the process shows of its figures."""
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text: str = answer.read().decode()
    return text


def test_a_dry_run_shows_ten_events_and_changes_nothing(
    regulars: Regulars, connector: Path, database: str, source: Connection, journal: Journal
) -> None:
    """With what would be refused among them, and why; it can be piped on as it is."""
    connector.write_text(calls(database), encoding="utf-8")
    for number in range(20):
        source.execute(ADD, [number, None if number == 3 else "ann", "", at(number)])

    ran = regulars("connect", str(connector), "--dry-run")

    assert ran.exit_code == 0
    assert [each["data"]["contact"] for each in ran.documents] == ["0", "1", "2", *map(str, range(4, 11))]
    assert ran.documents[0]["specversion"] == "1.0"
    assert "refused: changed_at=2026-03-01 10:00:03+00 id=3: caller: is missing and names nobody" in ran.err
    assert ran.err.endswith("10 events shown, 1 refused before them. Nothing was changed.\n")
    assert (told(journal), source.execute("SELECT count(*) FROM ingest.position").fetchone()) == ([], (0,))


def test_a_dry_run_tells_lines_of_json(regulars: Regulars, connector: Path, database: str, source: Connection) -> None:
    """One for each event, and one for each refusal, with the record."""
    connector.write_text(calls(database), encoding="utf-8")
    source.execute(ADD, [1, None, "", at(1)])
    source.execute(ADD, [2, "ann", "", at(2)])

    refused, shown = regulars("connect", str(connector), "--dry-run", "--json").documents

    assert (shown["event"], shown["cloudevent"]["subject"]) == ("shown", "customer:ann")
    assert (refused["event"], json.loads(refused["record"])["id"]) == ("refused", 1)
    assert refused["reason"].startswith("caller: ")


def test_a_dry_run_of_a_folder_writes_nothing_into_it(regulars: Regulars, connector: Path, journal: Journal) -> None:
    """A file is read whole, as an import does, and its rejects are shown."""
    connector.write_text(FOLDER, encoding="utf-8")
    (connector.parent / "a.txt").write_text("0001 1 19970101 1 11.77\n0002 1 19970101 x 11.77\n", encoding="utf-8")
    (connector.parent / "b.txt").write_bytes(b"")

    ran = regulars("connect", str(connector), "--dry-run")

    (event,) = ran.documents
    assert (event["subject"], event["data"]["total_minor"]) == ("customer:0001", 1177)
    assert "refused: a.txt line 2: units: " in ran.err
    assert "b.txt: is empty" in ran.err
    assert sorted(path.name for path in connector.parent.iterdir()) == ["a.txt", "b.txt", "connector.yaml"]
    assert sum(journal.ends().values()) == 0


def test_once_takes_all_that_there_is(
    regulars: Regulars, connector: Path, database: str, source: Connection, journal: Journal
) -> None:
    """The exit code says whether something was refused, and the sentence where to look."""
    connector.write_text(calls(database), encoding="utf-8")
    source.execute(ADD, [1, "ann", "", at(1)])
    first = regulars("connect", str(connector), "--once")
    source.execute(ADD, [2, None, "", at(2)])
    second = regulars("connect", str(connector), "--once")
    listed = regulars("deadletters", "list", "--json")

    assert (first.exit_code, second.exit_code) == (0, 3)
    assert first.out.splitlines() == [
        "This process follows calls.",
        "Took 1 record, which came to 1 new event.",
        "All that calls holds now was taken.",
    ]
    assert "1 refused: see 'regulars deadletters list'." in second.out
    assert '"field":"caller","reason":"is missing and names nobody' in listed.out
    assert [each.call for each in told(journal)] == ["1"]


def test_what_was_refused_is_redriven_by_a_mended_translation(
    regulars: Regulars, connector: Path, database: str, source: Connection, journal: Journal
) -> None:
    """The file is followed with once more, and what was refused counts once, by the time and the id that it had."""
    source.execute(ADD, [1, None, "kettle", at(1)])
    source.execute(ADD, [2, "ann", "pot", at(2)])
    connector.write_text(calls(database), encoding="utf-8")
    regulars("connect", str(connector), "--once")
    connector.write_text(calls(database).replace("'customer', caller", "'customer', caller || id"), encoding="utf-8")
    followed = regulars("connect", str(connector), "--once")

    redriven = regulars("deadletters", "redrive", "door:1")
    again = regulars("deadletters", "redrive", "door:1")

    assert (followed.exit_code, redriven.exit_code, again.exit_code) == (0, 0, 0)
    assert {(each.call, each.caller, each.about) for each in told(journal)} == {
        ("1", "customer:1", "kettle"),
        ("2", "customer:ann", "pot"),
    }


def test_a_folder_is_taken_in_file_by_file(regulars: Regulars, connector: Path, journal: Journal) -> None:
    """As 'regulars import' does it, each file once."""
    connector.write_text(FOLDER, encoding="utf-8")
    file = connector.parent / "a.txt"
    file.write_text("0001 1 19970101 1 11.77\n", encoding="utf-8")
    os.utime(file, (0, 0))

    first = regulars("connect", str(connector), "--once", "--json")
    second = regulars("connect", str(connector), "--once", "--json")

    assert [each["event"] for each in first.documents] == ["following", "imported", "caught up"]
    assert first.documents[1]["imported"] == 1
    assert [each["event"] for each in second.documents] == ["following", "caught up"]
    assert sum(journal.ends().values()) == 1


def test_changes_from_debezium_reach_a_log_on_kafka(
    with_kafka: Regulars, connector: Path, kafka: Cluster, log: KafkaLog
) -> None:
    """Those of rows become events, each once; what is no change is passed over, and what is no message is kept."""
    topic = Written(kafka)
    connector.write_text(DEBEZIUM.format(topic=topic.name), encoding="utf-8")
    topic.write(SAMPLES["create"], SAMPLES["update"], SAMPLES["delete"], None, SAMPLES["truncate"], b"{")
    shown = with_kafka("connect", str(connector), "--dry-run")
    first = with_kafka("connect", str(connector), "--once", "--json")
    topic.write(moved(1, "Bob"), partition=1)
    second = with_kafka("connect", str(connector), "--once", "--json")

    records = [each for partition in log.ends() for each in log.records(partition, 0, 9)]
    names = sorted(json.loads(record.value)["data"]["traits"]["first_name"] for record in records)
    (took,) = [each for each in first.documents if each["event"] == "took"]
    assert [document["data"]["traits"]["first_name"] for document in shown.documents] == ["Anne", "Anne Marie"]
    assert (first.exit_code, second.exit_code) == (3, 0)
    assert (took["read"], took["new_events"], took["ignored"], took["rejected"]) == (4, 2, 1, 1)
    assert (took["tombstone"], took["truncate"]) == (1, 1)
    assert names == ["Anne", "Anne Marie", "Bob"]


def test_it_follows_until_it_is_told_to_stop(
    connector: Path, database: str, source: Connection, journal: Journal
) -> None:
    """SIGTERM ends it within a moment, with what was read on the log; until then its metrics and health are served."""
    connector.write_text(calls(database), encoding="utf-8")
    port = free_port()
    environment = {"REGULARS_PG": database, "REGULARS_METRICS": f"127.0.0.1:{port}"}
    process = Staying("connect", str(connector), environment=environment)
    process.wait_for("caught up")
    source.execute(ADD, [1, "ann", "", at(1)])
    wait_until(lambda: 'outcome="stored"} 1.0' in scraped(port))

    with urlopen(f"http://127.0.0.1:{port}/health") as answer:
        health = json.load(answer)
    begun = time.monotonic()
    exit_code, out, err = process.end(signal.SIGTERM)

    assert (exit_code, err) == (0, "")
    assert json.loads(out.splitlines()[-1])["event"] == "stopped"
    assert time.monotonic() - begun < MOST_SECONDS_TO_END
    assert [each.call for each in told(journal)] == ["1"]
    assert (health["status"], health["process"]) == ("ok", "connector")


@pytest.mark.parametrize(
    ("text", "exit_code", "sentence"),
    [
        ("name: a\nsource: a", 2, "says nothing of what is followed: write one of postgres, debezium, directory"),
        (calls("host=a").replace("kind", "kinds"), 2, "translation: kinds: is not a field of a translation"),
        (calls("host=127.0.0.1 port=9"), 4, "does not answer: "),
        (
            "name: a\nsource: a\ntranslation: stripe\ndebezium: {topic: a}",
            2,
            "and REGULARS_KAFKA is not set",
        ),
    ],
)
def test_what_keeps_it_from_its_work_is_a_sentence(
    regulars: Regulars, connector: Path, text: str, exit_code: int, sentence: str
) -> None:
    """It begins with the file, and the exit code says whether it may be over soon."""
    connector.write_text(text, encoding="utf-8")

    ran = regulars("connect", str(connector), "--once")

    assert ran.exit_code == exit_code
    assert sentence in ran.err
    assert str(connector) in ran.err


def test_a_file_that_is_not_there_is_a_sentence(regulars: Regulars) -> None:
    """As for every command."""
    assert regulars("connect", "nowhere.yaml").err == "regulars: nowhere.yaml does not exist.\n"
