"""``regulars why``: the events behind a figure, and the figure computed again."""

from pathlib import Path

import pytest

from projections._engine.ddl import table_name
from projections.purchases import Purchases
from projections.visits import Visits
from tests.conftest import Connect
from tests.projections.engine.tables import live_name
from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import CUSTOMER, VISITOR

FIGURE = "purchases.spend_minor"


def test_a_figure_is_its_events(regulars: Regulars, history: Path) -> None:
    """Each event with its place and what it said; computed and stored are equal."""
    document = regulars("why", VISITOR, FIGURE, "--json").document

    assert history.exists()
    assert [(each["id"], each["said"]) for each in document["events"]] == [("event-1", [1000]), ("event-4", [500])]
    assert [(row["computed"], row["stored"]) for row in document["rows"]] == [(1000, 1000), (500, 500)]
    assert (document["person"], document["equal"]) == (CUSTOMER, True)


def test_a_stored_figure_that_its_events_do_not_make_is_found(
    regulars: Regulars, history: Path, connect: Connect
) -> None:
    """Somebody changed a row by hand: both figures are printed, and the exit code is 1."""
    connect().execute(f"UPDATE projection.{table_name(Purchases(), 1)} SET spend_minor = spend_minor + 1")

    ran = regulars("why", CUSTOMER, FIGURE)

    assert (ran.exit_code, history.exists()) == (1, True)
    assert "1,000" in ran.out
    assert "1,001" in ran.out
    assert "DIFFERENT" in ran.out


def test_a_row_that_no_event_made_is_found(regulars: Regulars, history: Path, connect: Connect) -> None:
    """A stored figure without any event behind it is a difference, too."""
    connect().execute(f"UPDATE projection.{table_name(Visits(), 1)} SET searches = 3")

    ran = regulars("why", CUSTOMER, "visits.searches", "--json")

    assert (ran.exit_code, history.exists()) == (1, True)
    assert [(row["computed"], row["stored"]) for row in ran.document["rows"]] == [(0, 3)]


def test_a_figure_that_stands_elsewhere_than_its_links_is_not_compared(
    regulars: Regulars, history: Path, connect: Connect
) -> None:
    """Another pump keeps the links and is behind: that is no difference, and the sentence says to try again."""
    connection = connect()
    connection.execute(
        "UPDATE engine.checkpoint SET next_offset = next_offset - 1 WHERE table_name = %s AND next_offset > 0",
        [live_name(connection, "identity")],
    )

    ran = regulars("why", CUSTOMER, FIGURE)

    assert (ran.exit_code, ran.out, history.exists()) == (4, "", True)
    assert ran.err.endswith("stand at different positions now: try again in a moment.\n")


def test_a_figure_of_the_past_is_computed_from_the_events_up_to_there(regulars: Regulars, history: Path) -> None:
    """Nothing is stored of the past, so there is nothing to compare."""
    document = regulars("why", CUSTOMER, FIGURE, "2026-03-19", "--happened", "--json").document

    assert history.exists()
    assert [row["computed"] for row in document["rows"]] == [1000]
    assert document["equal"] is None


def test_every_figure_can_be_explained(regulars: Regulars, history: Path) -> None:
    """Whatever the column, stored and computed are the same value in the same shape."""
    figures = regulars("why", CUSTOMER, "--json").document["figures"]

    answers = {figure: regulars("why", CUSTOMER, figure, "--json").document for figure in figures}

    assert history.exists()
    assert {figure for figure, answer in answers.items() if not answer["equal"]} == set()
    assert {"purchases.spend_minor", "visits.pages", "profile.identity"} <= {
        figure for figure, answer in answers.items() if answer["events"]
    }
    assert not [figure for figure in answers if figure.startswith("identity.")]  # a link belongs to two


def test_events_are_listed_in_the_order_in_which_they_happened(regulars: Regulars, history: Path) -> None:
    """A person may have events in several partitions; the table goes by time and fits 100 columns."""
    ran = regulars("why", CUSTOMER, "profile.last_seen")

    kinds = [line.split("regulars.")[1].split()[0] for line in ran.out.splitlines() if "@" in line]
    assert (ran.exit_code, history.exists()) == (0, True)
    assert kinds == ["order.placed.v2", "visit.page_viewed.v1", "identity.linked.v1", "order.placed.v2"]
    assert max(map(len, ran.out.splitlines())) <= 100


def test_without_a_figure_they_are_listed(regulars: Regulars) -> None:
    """The list needs no database."""
    ran = regulars("why", CUSTOMER)

    assert ran.exit_code == 0
    assert f"  {FIGURE}\n" in ran.out


def test_a_figure_without_events_is_a_no(regulars: Regulars, history: Path) -> None:
    """Nobody said anything of it."""
    ran = regulars("why", CUSTOMER, "complaint_cases.replies")

    assert (ran.exit_code, history.exists()) == (1, True)
    assert ran.out.endswith("No event says anything of it.\n")


@pytest.mark.parametrize("figure", ["purchases", "purchases.nothing", "product_pairs.baskets", "timeline.type"])
def test_a_figure_that_is_none_is_refused_with_those_there_are(regulars: Regulars, figure: str) -> None:
    """Before anything is opened; figures of no person are not offered."""
    ran = regulars("why", CUSTOMER, figure)

    assert (ran.exit_code, ran.out) == (2, "")
    assert ran.err.startswith(f"regulars: there is no figure {figure!r}; there are: profile.first_seen, ")
