"""``regulars projections``, ``rebuild`` and ``verify``: how far they are, built again, and held against the log."""

from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from psycopg import sql

from events.log.postgres import Journal
from projections import PROJECTIONS
from projections._engine.projector import Projector, stored
from services import installation
from services.house.jobs import jobs
from tests.conftest import Connect
from tests.projections.engine.tables import live_name
from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import as_lines, order

NAMES = [projection.name for projection in stored(PROJECTIONS)]


def test_every_projection_is_listed(regulars: Regulars, history: Path) -> None:
    """Those with rows of their own are live and have seen everything; the log serves the others."""
    document = regulars("projections", "--json").document

    states = {each["name"]: (each["state"], each["lag_events"], each["parked"]) for each in document["projections"]}
    assert history.exists()
    assert states == {each.name: ("log" if each.log_view else "live", 0, 0) for each in PROJECTIONS}
    assert {each["name"]: each["rows"] for each in document["projections"]}["timeline"] == 4
    assert document["leader"] is None


def test_a_lag_is_counted_in_events_and_seconds(regulars: Regulars, history: Path) -> None:
    """What is on the log and not folded is behind, and the oldest of it gives the seconds."""
    regulars("log", "append", "-", "--no-project", piped=as_lines(order(5, 100), order(6, 100)))

    (purchases,) = [
        each for each in regulars("projections", "--json").document["projections"] if each["name"] == "purchases"
    ]

    assert history.exists()
    assert purchases["lag_events"] == 2
    assert 0 < purchases["lag_seconds"] < 60


def test_the_table_fits_a_hundred_columns(regulars: Regulars, history: Path) -> None:
    """Names, numbers and times stand whole."""
    ran = regulars("projections")

    assert history.exists()
    assert max(map(len, ran.out.splitlines())) <= 100
    assert all(f"\n{name} " in ran.out for name in NAMES)


def test_what_the_log_says_is_verified(regulars: Regulars, history: Path) -> None:
    """Both digests of every projection are equal, and so is who is one person with whom."""
    document = regulars("verify", "--json").document

    assert history.exists()
    assert (document["equal"], document["persons_equal"]) == (True, True)
    assert [each["name"] for each in document["projections"]] == NAMES
    assert all(each["stored"] == each["folded_again"] for each in document["projections"])


def test_a_row_that_was_changed_by_hand_is_found(regulars: Regulars, history: Path, connect: Connect) -> None:
    """Both digests are printed, the projection is named, and the exit code is 1. Auditors read it on their page."""
    connection = connect()
    table = sql.Identifier("projection", live_name(connection, "purchases"))
    connection.execute(sql.SQL("UPDATE {} SET spend_minor = spend_minor + 1").format(table))

    ran, other = regulars("verify"), regulars("verify", "visits", "profile")

    latest, first = jobs(connection, "verify")
    assert (ran.exit_code, other.exit_code, history.exists()) == (1, 0, True)
    assert ran.out.count("DIFFERENT") == 1
    assert ran.out.partition("DIFFERENT")[0].count("folded again") == 2
    assert (first.what, first.state, first.said) == ("", "failed", "Different: purchases.")
    assert (latest.what, latest.state, latest.said) == ("profile, visits", "done", "All 2 are what the log says.")
    assert {each["name"]: each["equal"] for each in latest.outcome["projections"]} == {"profile": True, "visits": True}


def test_a_person_that_was_changed_by_hand_is_found(regulars: Regulars, history: Path, connect: Connect) -> None:
    """Who is one person with whom is checked wherever the identity graph is."""
    connect().execute("UPDATE projection.person_of SET person = 'customer:bob'")

    ran = regulars("verify", "identity", "--json")

    assert (ran.exit_code, ran.document["persons_equal"], history.exists()) == (1, False, True)


def test_a_rebuild_mends_what_was_changed_by_hand(regulars: Regulars, history: Path, connect: Connect) -> None:
    """The digests before and after differ, the exit code says so, and the new rows are what the log says."""
    connection = connect()
    table = sql.Identifier("projection", live_name(connection, "purchases"))
    connection.execute(sql.SQL("UPDATE {} SET spend_minor = spend_minor + 1").format(table))

    ran = regulars("rebuild", "purchases", "--json")

    (rebuilt,) = ran.document["projections"]
    assert (ran.exit_code, rebuilt["equal"], history.exists()) == (1, False, True)
    assert regulars("verify", "purchases").exit_code == 0


def test_everything_can_be_rebuilt(regulars: Regulars, history: Path) -> None:
    """The same events give the same rows."""
    ran = regulars("rebuild", "--all")

    assert (ran.exit_code, history.exists()) == (0, True)
    assert ran.out.count("  equal\n") == len(NAMES)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("rebuild",), "Name the projections to build again, or give --all."),
        (("rebuild", "--all", "profile"), "Name the projections to build again, or give --all."),
        (
            ("rebuild", "nothing"),
            f"There is no projection 'nothing' with rows of its own; there are: {', '.join(NAMES)}.",
        ),
        (
            ("verify", "timeline"),
            f"There is no projection 'timeline' with rows of its own; there are: {', '.join(NAMES)}.",
        ),
    ],
)
def test_projections_must_be_named_right(regulars: Regulars, arguments: tuple[str, ...], sentence: str) -> None:
    """A wrong name lists the right ones, and nothing is opened."""
    ran = regulars(*arguments)

    assert (ran.exit_code, ran.out, ran.err) == (2, "", f"regulars: {sentence}\n")


def test_a_changed_declaration_is_refused(regulars: Regulars, history: Path, connect: Connect) -> None:
    """A table that other folds filled is not touched: the sentence says to raise the version."""
    connect().execute("UPDATE engine.projection SET fingerprint = 'other' WHERE name = 'purchases'")

    ran = regulars("log", "append", str(history))

    assert ran.exit_code == 4
    assert ran.out.endswith("4 lines: 4 duplicate\n")
    assert "raise its version" in ran.err
    assert ran.err.count("\n") == 1


def test_the_process_that_projects_is_named(regulars: Regulars, database: str, journal: Journal) -> None:
    """Whoever asks can see which process to look at."""
    leader = partial(installation.connect, database, "regulars up, process 17")

    with closing(Projector(journal, leader, PROJECTIONS)) as projector:
        led = projector.lead()
        document = regulars("projections", "--json").document

    assert (led, document["leader"]["application_name"]) == (True, "regulars up, process 17")
