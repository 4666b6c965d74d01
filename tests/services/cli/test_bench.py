"""``regulars bench``: it measures in a database of its own, and leaves nothing behind."""

import pytest
from confluent_kafka.admin import AdminClient

from services.reports import REPORTS
from services.reports.customer import SECTIONS
from tests.conftest import Connect
from tests.services.cli.conftest import Regulars

KEYS = {"events_per_second", "raw_events_per_second", "ratio", "append_events_per_second", "projections"}
KEYS |= {"rows_written", "batches", "peak_rss_mb", "seconds"}
LOAD = {"events_per_second", "p50_ms", "p99_ms", "max_ms", "cpu_microseconds_per_event"}
STAGES = {"generate", "append", "raw", "drain", "read", "fold", "commit", "wait"}

BENCH_DATABASES = "SELECT count(*) FROM pg_database WHERE datname LIKE 'regulars\\_bench\\_%'"


def test_the_last_line_is_the_measurement(regulars: Regulars) -> None:
    """One JSON document with every figure; the drain took part of the time and wrote rows."""
    ran = regulars("bench", "--events", "6000", "--json")

    document = ran.documents[-1]
    assert ran.exit_code == 0
    assert document.keys() >= KEYS
    assert document["seconds"].keys() >= STAGES
    assert document["events_per_second"] == pytest.approx(6000 / document["seconds"]["drain"], rel=0.01)
    assert (document["events"], document["parked"]) == (6000, 0)
    assert document["rows_written"] > 1000
    assert document["signals"] == 0


def test_news_raises_signals(regulars: Regulars) -> None:
    """What comes when the projections are there already is signalled."""
    ran = regulars("bench", "--events", "500", "--news", "--json")

    assert ran.documents[-1]["signals"] > 50


def test_nothing_of_ones_own_is_touched_and_nothing_is_left(regulars: Regulars, connect: Connect) -> None:
    """The installation's log stays as it was, and the bench's database is dropped, also one that a crash left."""
    connect().execute("CREATE DATABASE regulars_bench_0 TEMPLATE template0")

    ran = regulars("bench", "--events", "10")

    (held,) = connect().execute("SELECT count(*) FROM journal.event").fetchall()
    (left,) = connect().execute(BENCH_DATABASES).fetchall()
    assert (ran.exit_code, held, left) == (0, (0,), (0,))
    assert "10 events through" in ran.out


def test_there_must_be_something_to_measure(regulars: Regulars) -> None:
    """No events, no rate."""
    ran = regulars("bench", "--events", "0")

    assert (ran.exit_code, ran.out) == (2, "")


@pytest.mark.parametrize("pumps", [1, 2])
def test_the_whole_way_over_kafka_is_measured(regulars: Regulars, kafka_address: str, pumps: int) -> None:
    """Pumps that share the log fold every event once; neither the topics nor the database stay behind."""
    ran = regulars("bench", "--kafka", kafka_address, "--events", "6000", "--pumps", str(pumps), "--json")

    document = ran.documents[-1]
    assert ran.exit_code == 0
    assert document.keys() >= KEYS | {"longest_stop_seconds", "postgres"}
    assert document["seconds"].keys() >= STAGES
    assert (document["events"], document["pumps"], document["parked"], document["duplicates"]) == (6000, pumps, 0, 0)
    assert document["rows_written"] > 1000
    assert document["postgres"]["synchronous_commit"] == "on"
    names = AdminClient({"bootstrap.servers": kafka_address}).list_topics(timeout=60).topics
    assert [name for name in names if ".bench-" in name] == []


def test_the_front_door_is_measured(regulars: Regulars, kafka_address: str) -> None:
    """What it acknowledged is on the log, event for event; slow clients and memory are looked at where one asks."""
    few = ("--events", "600", "--seconds", "0.4", "--soak", "0.4", "--drip", "6")

    ran = regulars("bench", "ingest", "--kafka", kafka_address, *few, "--json")

    document = ran.documents[-1]
    assert (ran.exit_code, document["refused"]) == (0, {})
    assert document["log_events"] == document["acknowledged_log_events"] >= document["events"] > 2 * 600
    assert document["batches"].keys() == document["singles"].keys() >= LOAD
    assert (document["batches"]["events"], document["slowed"]["batches"]["events"]) == (600, 600)
    assert document["singles"]["events"] == document["slowed"]["singles"]["events"] == 200
    assert document["slowed"].keys() >= {"batch_ratio", "single_p50_ratio", "single_p99_ratio"}
    assert document["soak"]["begin_rss_mb"] > 10
    names = AdminClient({"bootstrap.servers": kafka_address}).list_topics(timeout=60).topics
    assert [name for name in names if ".bench-" in name] == []


def test_the_door_on_the_intake_is_measured(regulars: Regulars, kafka_address: str) -> None:
    """Everything that was written to the intake is on the log."""
    ran = regulars("bench", "door", "--kafka", kafka_address, "--events", "600")

    assert (ran.exit_code, ran.out.partition("\n")[0]) == (0, "600 events let in by one door")
    assert "600 on the log" in ran.out


def test_reading_is_measured_over_customers_that_are_made_up(regulars: Regulars) -> None:
    """Each section of a page and each report; a page is of somebody, by a customer's id or by a visitor's."""
    ran = regulars("bench", "page", "--customers", "300", "--json")

    document = ran.documents[-1]
    assert ran.exit_code == 0
    assert document["rows"] > 300 * 5
    assert 0 < document["page_p50_ms"] <= document["page_p99_ms"] <= document["page_max_ms"]
    assert document["section_p99_ms"].keys() == {section.name for section in SECTIONS}
    assert document["report_seconds"].keys() == {report.name for report in REPORTS}


def test_the_dial_is_measured_over_customers_that_are_made_up(regulars: Regulars) -> None:
    """Each customer has a dial in the end."""
    ran = regulars("bench", "dial", "--customers", "400", "--json")

    document = ran.documents[-1]
    assert (ran.exit_code, document["customers"]) == (0, 400)
    assert document["purchase_rows"] > 400
    assert document["seconds"] > 0


def test_the_desk_is_measured(regulars: Regulars) -> None:
    """Each way of giving commands; one event is kept for each, durably as far as the server is."""
    ran = regulars("bench", "desk", "--commands", "90", "--json")

    document = ran.documents[-1]
    assert (ran.exit_code, document["whole"], document["synchronous_commit"]) == (0, True, "on")
    ways = [document[way] for way in ("one_by_one", "together", "over_http")]
    assert [way["commands"] for way in ways] == [90, 90, 72]
    assert all(0 < way["p50_ms"] <= way["p99_ms"] for way in ways)
