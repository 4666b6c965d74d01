"""``regulars log append``: how a newcomer sends the first event."""

from pathlib import Path

from events.log.postgres import Journal
from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import as_lines, event, order, viewed


def test_a_line_is_answered_with_its_place_on_the_log(regulars: Regulars, journal: Journal) -> None:
    """The receipt names partition and offset, and the projections have the event when the command ends."""
    ran = regulars("log", "append", "-", piped=as_lines(order(1, 1000)))

    (partition,) = [partition for partition, end in journal.ends().items() if end]
    assert (ran.exit_code, ran.err) == (0, "")
    assert ran.out.splitlines() == [f"line 1: stored at {partition}@0", "1 line: 1 stored"]
    assert regulars("projections", "--json").document["projections"][1]["lag_events"] == 0


def test_each_line_has_its_own_verdict(regulars: Regulars) -> None:
    """A bad line stops none of its neighbours; a re-sent one changes nothing; a changed one is a conflict."""
    lines = [
        *as_lines(viewed(1), viewed(1), viewed(1) | {"data": {"page": "/other"}}).splitlines(),
        "{nope",
        *as_lines(viewed(2)).splitlines(),
    ]

    ran = regulars("log", "append", "-", "--json", piped="\n\n".join(lines))

    document = ran.document
    assert ran.exit_code == 3
    assert document["counts"] == {"stored": 2, "duplicate": 1, "conflict": 1, "rejected": 1}
    verdicts = [(line["line"], line["verdict"]) for line in document["lines"]]
    assert verdicts == [(1, "stored"), (3, "duplicate"), (5, "conflict"), (7, "rejected"), (9, "stored")]


def test_a_bad_line_is_told_in_a_sentence_that_names_the_field(regulars: Regulars) -> None:
    """The sender reads what to put right: a missing field, a time without a zone, a type nobody knows."""
    bad = [
        event(1, "visit.page_viewed.v1"),
        viewed(2) | {"time": "2026-03-01T10:00:00"},
        event(3, "visit.dreamt.v1"),
        viewed(4) | {"subject": "ann"},
    ]

    ran = regulars("log", "append", "-", "--json", piped=as_lines(*bad))

    fields = [line["reason"].partition(":")[0] for line in ran.document["lines"]]
    assert (ran.exit_code, fields) == (3, ["data.page", "time", "type", "subject"])


def test_of_a_long_file_only_what_was_not_stored_is_listed(regulars: Regulars, tmp_path: Path) -> None:
    """A thousand good lines do not hide the bad one."""
    path = tmp_path / "many.jsonl"
    path.write_text(as_lines(*(viewed(number) for number in range(1, 59))) + "{}\n", encoding="utf-8")

    ran = regulars("log", "append", str(path), "--no-project")

    assert (ran.exit_code, len(ran.out.splitlines())) == (3, 2)
    assert ran.out.startswith("line 59: rejected: ")
    assert ran.out.endswith("59 lines: 58 stored, 1 rejected\n")


def test_without_projecting_the_projections_are_left_as_they_are(regulars: Regulars) -> None:
    """--no-project appends and no more."""
    ran = regulars("log", "append", "-", "--no-project", piped=as_lines(viewed(1)))

    states = {each["state"] for each in regulars("projections", "--json").document["projections"]}
    assert (ran.exit_code, states) == (0, {"log", "not built"})


def test_a_file_that_is_not_there_is_a_usage_error(regulars: Regulars, tmp_path: Path) -> None:
    """Nothing is opened and nothing appended."""
    ran = regulars("log", "append", str(tmp_path / "missing.jsonl"))

    assert (ran.exit_code, ran.out) == (2, "")
    assert ran.err == f"regulars: {tmp_path / 'missing.jsonl'} does not exist.\n"


def test_nothing_piped_in_is_said(regulars: Regulars) -> None:
    """An empty input is no error, and is not silent either."""
    ran = regulars("log", "append", "-")

    assert (ran.exit_code, ran.out) == (0, "There were no lines.\n")
