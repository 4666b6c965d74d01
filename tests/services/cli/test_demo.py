"""``regulars demo``: a newcomer sees real customers, twice the same, apart from their own data."""

import re
from pathlib import Path

import pytest

from services.refreshing import JOBS
from tests.services.cli.conftest import Regulars
from tests.services.cli.staying import Staying


@pytest.mark.timeout(300)
def test_the_demo_shows_real_customers_and_adds_nothing_the_second_time(
    home: Path, regulars: Regulars, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It loads, reports, verifies, says how to go on, and stays up; data of one's own, and Kafka, are left alone."""
    monkeypatch.setenv("REGULARS_HOME", str(home))
    monkeypatch.setenv("REGULARS_KAFKA", "127.0.0.1:1")

    first = regulars("demo", "--once", "--json")
    second = Staying("demo", environment={})
    told = ""
    while "Every projection has seen all" not in told:
        told += second.read_line()
    exit_code, left, _ = second.end()
    monkeypatch.delenv("REGULARS_KAFKA")

    document, own = first.document, regulars("log", "stats", "--json").document
    fits = int(document["refreshed"][0]["told"].split(" ")[0])
    events = document["orders"]["events"] + document["simulated"]["events"] + fits
    assert (first.exit_code, document["verify"]["equal"]) == (0, True)
    assert document["orders"]["imported"] > 8000
    assert document["simulated"]["stored"] > 100_000
    assert f"bring {document['report']['revenue']['percent']}" in told
    assert "All digests are equal." in told
    assert f"export REGULARS_HOME={home / 'demo'}" in told
    assert f"Every projection has seen all {events:,} events." in told
    assert (exit_code, left.splitlines()[-1]) == (0, "Stopped; the data stay where they are.")
    assert (own["records"], fits) == (0, 4)
    assert [each["job"] for each in document["refreshed"]] == [job.name for job in JOBS]
    assert [each["name"] for each in document["report"]["headlines"] if not re.search(r"\d", each["sentence"])] == []
