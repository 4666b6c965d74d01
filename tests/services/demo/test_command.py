"""``regulars demo``: a newcomer sees real customers, twice the same, apart from their own data."""

import re
from pathlib import Path
from typing import Any

import pytest

from events.codec import Codec
from events.log.postgres import Journal
from services.desk.mapping import SOURCE
from services.refreshing import JOBS
from services.variables import HOME, KAFKA, POSTGRES
from tests.services.cli.staying import Staying

FALLING_DUE = {SOURCE}

pytestmark = pytest.mark.timeout(400)  # the demo is loaded here, and folded again


def test_the_first_run_loads_reports_and_verifies(first_run: dict[str, Any], demo_home: Path) -> None:
    """It says in one document what became of the orders and of all that is worked out from them."""
    assert first_run["home"] == str(demo_home / "demo")
    assert first_run["verify"]["equal"] is True
    assert first_run["orders"]["imported"] > 8000
    assert first_run["simulated"]["stored"] > 100_000
    assert [each["job"] for each in first_run["refreshed"]] == [job.name for job in JOBS]
    assert first_run["refreshed"][0]["told"].startswith("4 ")
    headlines = {each["name"]: each["sentence"] for each in first_run["report"]["headlines"]}
    assert [name for name, sentence in headlines.items() if not re.search(r"\d", sentence)] == []


def test_the_second_run_adds_nothing_and_stays_up(
    first_run: dict[str, Any], demo_home: Path, demo_journal: Journal
) -> None:
    """It says the same in words, and how to go on; data of one's own, and Kafka, are left alone.

    Only what falls due while it stays up, such as a promise, is new.
    """
    before = demo_journal.ends()
    second = Staying("demo", environment={HOME.name: str(demo_home), POSTGRES.name: "", KAFKA.name: "127.0.0.1:1"})
    told = ""
    while "Every projection has seen all" not in told:
        told += second.read_line()
    exit_code, left, _ = second.end()

    ends = demo_journal.ends()
    new = [each for at in ends if ends[at] > before[at] for each in demo_journal.records(at, before[at], ends[at])]
    assert {Codec().decode(each.value).source for each in new} <= FALLING_DUE
    assert f"bring {first_run['report']['revenue']['percent']}" in told
    assert "All digests are equal." in told
    assert f"export REGULARS_HOME={demo_home / 'demo'}" in told
    assert f"Every projection has seen all {sum(before.values()):,} events." in told
    assert (exit_code, left.splitlines()[-1]) == (0, "Stopped; the data stay where they are.")
    assert [folder.name for folder in demo_home.iterdir()] == ["demo"]
