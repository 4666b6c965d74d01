"""``regulars contacts plan``: a year's contacts for a segment, planned once however often it is asked for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.services.cli.conftest import Regulars

TODAY = datetime.now(UTC).date()
PLAN = f"""
plan: "next"
segment: buyers
customers: [customer:7]
contacts:
  - {{contact: early, due_on: {TODAY - timedelta(days=40)}, within_days: 14}}
  - {{contact: late, due_on: {TODAY + timedelta(days=40)}, purpose: season_greeting, channel: card, within_days: 14}}
  - {{contact: later, due_on: {TODAY + timedelta(days=90)}}}
"""


def test_a_plan_comes_to_everybody_in_a_segment_and_to_who_is_named(
    regulars: Regulars, history: Path, tmp_path: Path
) -> None:
    """What is over is left out; again, nothing is planned; the report of the plan knows of it."""
    del history  # it is on the log, and folded
    path = tmp_path / "next.yaml"
    path.write_text(PLAN, encoding="utf-8")
    regulars("segments", "define", "buyers", "orders >= 1")

    too_soon = regulars("contacts", "plan", str(path), "--by", "ann")
    regulars("segments", "refresh")
    told = regulars("contacts", "plan", str(path), "--by", "ann")
    again = regulars("contacts", "plan", str(path), "--by", "ann", "--json")
    report = regulars("report", "contact_plan", "--to", str(TODAY + timedelta(days=120)), "--json").document

    assert (too_soon.exit_code, too_soon.err) == (
        2,
        "regulars: Nobody is in any segment yet: run 'regulars segments refresh' first.\n",
    )
    assert told.out == "next: 4 contacts with 2 customers planned. See 'regulars report contact_plan'.\n"
    assert again.document == {"plan": "next", "customers": 0, "contacts": 0, "refused": []}
    assert [(row["manager"], row["planned"]) for row in report["tables"]["managers"]] == [("ann", 4)]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (PLAN.replace("segment: buyers", "segmnt: buyers"), "{path}: segmnt: is not a field of a plan."),
        (PLAN.replace("within_days: 14", "within_days: 0"), "{path}: contacts[0].within_days: expected"),
        (PLAN.partition("segment")[0] + PLAN[PLAN.index("contacts:") :], "{path}: segment: is missing"),
        (PLAN.replace("buyers", "byers"), "There is no segment 'byers'"),
    ],
)
def test_what_is_wrong_with_a_plan_is_said(regulars: Regulars, tmp_path: Path, written: str, sentence: str) -> None:
    """With the file and the field, before anything is planned."""
    path = tmp_path / "next.yaml"
    path.write_text(written, encoding="utf-8")

    ran = regulars("contacts", "plan", str(path), "--by", "ann")

    assert (ran.exit_code, ran.out) == (2, "")
    assert ran.err.startswith(f"regulars: {sentence.format(path=path)}")
