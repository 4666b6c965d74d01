"""``regulars as-of``: a person at a point in the past, by either clock."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from events.log.postgres import Journal
from tests.conftest import Connect
from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import CUSTOMER, VISITOR, as_lines, event


def _spend(document: dict[str, dict[str, list[dict[str, int]]]]) -> int:
    return sum(row["spend_minor"] for row in document["projections"]["purchases"])


def test_a_person_is_shown_with_everything_that_is_linked(regulars: Regulars, history: Path) -> None:
    """Whoever is asked for, the person has all identifiers and the rows of all of them."""
    ran = regulars("as-of", VISITOR, "now", "--known", "--json")

    document = ran.document
    assert (ran.exit_code, history.exists()) == (0, True)
    assert (document["person"], document["identifiers"], document["events"]) == (CUSTOMER, [CUSTOMER, VISITOR], 4)
    assert _spend(document) == 1500
    assert [row["pages"] for row in document["projections"]["visits"]] == [1]


def test_happened_goes_by_the_events_own_time(regulars: Regulars, history: Path) -> None:
    """A date means its end in UTC: the order of the 20th had not happened by the 19th."""
    by_day = {
        day: _spend(regulars("as-of", CUSTOMER, f"2026-03-{day}", "--happened", "--json").document) for day in (19, 20)
    }
    by_second = regulars("as-of", CUSTOMER, "2026-03-20T11:00:04+01:00", "--happened", "--json").document

    assert history.exists()
    assert by_day == {19: 1000, 20: 1500}
    assert _spend(by_second) == 1500


def test_known_goes_by_the_time_of_recording(regulars: Regulars, history: Path, connect: Connect) -> None:
    """What the log had not recorded by then was not known, whenever it happened."""
    before = datetime.now(UTC) - timedelta(days=1)
    connect().execute("UPDATE journal.event SET recorded_at = %s WHERE id = 'event-1'", [before])

    document = regulars("as-of", CUSTOMER, (before + timedelta(hours=1)).isoformat(), "--known", "--json").document

    assert history.exists()
    assert (_spend(document), document["identifiers"]) == (1000, [CUSTOMER])


def test_a_place_on_the_log_is_a_point_too(regulars: Regulars, history: Path, journal: Journal) -> None:
    """An offset vector holds exactly the records before it."""
    whole = ",".join(f"{partition}:{end}" for partition, end in journal.ends().items())

    at_the_end = regulars("as-of", CUSTOMER, "--at-positions", whole, "--json").document
    at_the_start = regulars("as-of", CUSTOMER, "--at-positions", "0:0")

    assert history.exists()
    assert (at_the_end["clock"], _spend(at_the_end)) == ("positions", 1500)
    assert at_the_start.exit_code == 1


def test_a_person_is_readable_at_a_hundred_columns(regulars: Regulars, history: Path) -> None:
    """Tables fit, whatever the projection; columns that are empty are left out."""
    ran = regulars("as-of", CUSTOMER, "now", "--known")

    assert (ran.exit_code, history.exists()) == (0, True)
    assert ran.out.startswith(f"{CUSTOMER}, known at now\n4 events; identifiers: {CUSTOMER}, {VISITOR}\n")
    assert "spend_minor" in ran.out
    assert "returned_minor" not in ran.out
    assert max(map(len, ran.out.splitlines())) <= 100


def test_of_many_rows_the_last_are_shown(regulars: Regulars) -> None:
    """--rows says how many, and the title how many there are."""
    searches = [event(day, "search.performed.v2", day=day, query="kettle", result_count=0) for day in range(1, 6)]
    regulars("log", "append", "-", piped=as_lines(*searches))

    some = regulars("as-of", CUSTOMER, "now", "--known", "--rows", "2").out
    everything = regulars("as-of", CUSTOMER, "now", "--known", "--rows", "0").out

    assert "unmet_demand, the last 2 of 5 rows\n" in some
    assert [day for day in range(1, 6) if f"2026-03-0{day} " in some.partition("unmet_demand")[2]] == [4, 5]
    assert "unmet_demand\n" in everything


def test_nobody_is_nobody(regulars: Regulars, history: Path) -> None:
    """A subject that no event mentions is a no, in words and by the exit code."""
    ran = regulars("as-of", "customer:nobody", "now", "--known")

    assert (ran.exit_code, history.exists()) == (1, True)
    assert ran.out == "Nothing is on the log about customer:nobody, known at now.\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((CUSTOMER,), "WHEN is missing"),
        ((CUSTOMER, "2026-03-01"), "There are two clocks"),
        ((CUSTOMER, "2026-03-01", "--known", "--happened"), "There are two clocks"),
        ((CUSTOMER, "2026-03-01T10:00", "--known"), "names no zone: write 2026-03-01T10:00Z"),
        ((CUSTOMER, "yesterday", "--known"), "WHEN is 'yesterday'"),
        ((CUSTOMER, "2026-02-30", "--known"), "WHEN is '2026-02-30'"),
        ((CUSTOMER, "0001-01-01T00:00+14:00", "--known"), "WHEN is '0001-01-01T00:00+14:00'"),
        ((CUSTOMER, "now", "--at-positions", "0:1"), "--at-positions names the point by itself"),
        ((CUSTOMER, "--at-positions", "0-1"), "--at-positions is '0-1'"),
        (("ann", "now", "--known"), "SUBJECT is 'ann'"),
    ],
)
def test_a_point_must_be_one_point(
    regulars: Regulars, history: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    """Each way to miss it has its sentence, and the code of a wrong command line."""
    ran = regulars("as-of", *arguments)

    assert (ran.exit_code, ran.out, history.exists()) == (2, "", True)
    assert sentence in ran.err


def test_before_anything_was_projected_it_says_what_to_do(regulars: Regulars) -> None:
    """A new installation has no tables to look into."""
    ran = regulars("as-of", CUSTOMER, "now", "--known")

    assert (ran.exit_code, ran.out) == (4, "")
    assert ran.err == "regulars: The projections are not built yet: run 'regulars up', or import something.\n"
