"""``regulars deadletters``: parked events are listed, shown, and redriven once."""

import pytest

from tests.conftest import Connect
from tests.projections.engine.tables import live_name
from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import as_lines, order, viewed

BROKEN = b'{"specversion":"1.0","type":"regulars.visit.dreamt.v1"}'

ANOTHER_LOG = """
INSERT INTO engine.dead_letter (log_id, partition, "offset", fault, field, reason, value, missed, parked_at)
SELECT 'another', partition, "offset", fault, field, reason, value, missed, parked_at - interval '1 day'
  FROM engine.dead_letter
"""
PLACE = """SELECT partition || '@' || "offset" FROM journal.event WHERE id = %s"""


@pytest.fixture
def place(regulars: Regulars, connect: Connect) -> str:
    """Park an order between its neighbours, as bytes that are no event, and return where it lies."""
    regulars("log", "append", "-", "--no-project", piped=as_lines(viewed(1), order(2, 700), viewed(3)))
    connect().execute("UPDATE journal.event SET value = %s WHERE id = 'event-2'", [BROKEN])
    assert regulars("log", "append", "-", piped=as_lines(viewed(4))).exit_code == 0
    return str(connect().execute(PLACE, ["event-2"]).fetchall()[0][0])


def test_a_parked_event_is_listed_with_its_reason(regulars: Regulars, place: str, connect: Connect) -> None:
    """Where it lies, the kind of fault, the sentence, and which tables lack it."""
    ran = regulars("deadletters", "list", "--json")

    (letter,) = ran.document["dead_letters"]
    assert (ran.exit_code, ran.document["parked"]) == (0, 1)
    assert f"{letter['partition']}@{letter['offset']}" == place
    assert (letter["fault"], letter["field"]) == ("unknown_type", "type")
    assert live_name(connect(), "purchases") in letter["missed"]


def test_the_list_is_readable_at_a_hundred_columns(regulars: Regulars, place: str) -> None:
    """A long reason folds; nothing is cut."""
    ran = regulars("deadletters", "list")

    assert ran.exit_code == 0
    assert place in ran.out
    assert max(map(len, ran.out.splitlines())) <= 100


def test_a_list_can_be_of_one_kind_of_fault(regulars: Regulars, place: str) -> None:
    """Others are left out, and the total still counts them."""
    document = regulars("deadletters", "list", "--fault", "fold", "--json").document

    assert place
    assert (document["dead_letters"], document["parked"]) == ([], 1)


def test_one_parked_event_is_shown_with_its_bytes(regulars: Regulars, place: str) -> None:
    """All that is needed to see what is wrong with it."""
    ran = regulars("deadletters", "show", place)

    assert ran.exit_code == 0
    assert BROKEN.decode() in ran.out


def test_an_unmended_event_stays_parked(regulars: Regulars, place: str) -> None:
    """A redrive that cannot apply it says why, and the exit code says that a part is left."""
    ran = regulars("deadletters", "redrive", place)

    assert ran.exit_code == 3
    assert ran.out.startswith(f"{place}: applied to nothing; still parked: type: ")
    assert ran.out.endswith("0 events applied, 1 still parked.\n")


def test_a_mended_event_counts_once(regulars: Regulars, place: str, connect: Connect) -> None:
    """After the fix a redrive applies it, and doing it again changes nothing."""
    (mended,) = as_lines(order(2, 700)).splitlines()
    connect().execute("UPDATE engine.dead_letter SET value = %s", [mended.encode()])

    first, second = regulars("deadletters", "redrive", "--all", "--json"), regulars("deadletters", "redrive", place)

    (spend,) = connect().execute("SELECT sum(spend_minor) FROM projection.purchases").fetchall()
    assert (first.exit_code, first.document["redriven"][0]["parked"]) == (0, False)
    assert "purchases" in first.document["redriven"][0]["applied"]
    assert (second.exit_code, spend[0]) == (0, 700)
    assert regulars("deadletters", "list").out == "No event is parked.\n"


def test_a_dismissed_event_waits_for_nobody(regulars: Regulars, place: str) -> None:
    """A redrive of all leaves it alone and ends well; it is shown with the reason, and once more is once more fine."""
    before = regulars("deadletters", "redrive", "--all").exit_code

    ran = regulars("deadletters", "dismiss", place, "--because", "nobody dreams in our shop")
    again = regulars("deadletters", "dismiss", place, "--because", "another reason", "--json")

    assert (before, ran.exit_code, ran.out) == (3, 0, f"{place}: dismissed\n")
    assert again.document == {"dismissed": [{"place": place, "now": False}]}
    assert regulars("deadletters", "list").out == "No event is parked.\n"
    assert regulars("deadletters", "redrive", "--all")[:2] == (0, "0 events applied, 0 still parked.\n")
    assert ": nobody dreams in our shop\n" in regulars("deadletters", "show", place).out
    assert regulars("verify").exit_code == 0


def test_a_place_where_nothing_is_parked_is_a_no(regulars: Regulars) -> None:
    """The sentence says where to look."""
    ran = regulars("deadletters", "show", "3@999")

    assert (ran.exit_code, ran.out) == (1, "")
    assert ran.err == "regulars: Nothing is parked at 3@999: 'regulars deadletters list' shows what is.\n"


def test_events_of_several_logs_at_one_place_are_told_apart(regulars: Regulars, place: str, connect: Connect) -> None:
    """The newest is shown, and says that there is another; which one to redrive has to be said."""
    connect().execute(ANOTHER_LOG)
    (own,) = connect().execute("SELECT log_id FROM journal.identity").fetchall()

    listed, shown = regulars("deadletters", "list"), regulars("deadletters", "show", place)
    other = regulars("deadletters", "show", place, "--log", "another", "--json").document
    unclear = regulars("deadletters", "redrive", place)
    said = regulars("deadletters", "redrive", place, "--log", "another", "--json")

    assert "of another" in listed.out
    assert f"log        {own[0]}\n" in shown.out
    assert shown.out.endswith("--log another\n")
    assert other["log_id"] == "another"
    assert (unclear.exit_code, unclear.out) == (2, "")
    assert f"--log {own[0]} or --log another" in unclear.err
    assert (said.exit_code, len(said.document["redriven"])) == (3, 1)
    assert regulars("deadletters", "show", place, "--log", "a-third").exit_code == 1


@pytest.mark.parametrize("arguments", [("redrive",), ("redrive", "--all", "0@1"), ("redrive", "17"), ("show", "-1@2")])
def test_places_must_be_named_and_be_places(regulars: Regulars, arguments: tuple[str, ...]) -> None:
    """Neither nothing, nor everything and something, nor what is no place."""
    ran = regulars("deadletters", *arguments)

    assert (ran.exit_code, ran.out) == (2, "")
