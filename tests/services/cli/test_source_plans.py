"""``regulars sources plan`` and ``violations``: a plan is set, shown and removed, and what broke it is counted."""

from datetime import date
from pathlib import Path

import pytest

from services.ingest import registry, tallies
from services.installation import Connection
from tests.conftest import Connect
from tests.services.cli.conftest import Regulars

VIEW = "regulars.visit.page_viewed.v1"
PLAN = f"unplanned_types: block\ntypes:\n  {VIEW}: [title]\n"
FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)


@pytest.fixture
def connection(connect: Connect) -> Connection:
    """Return a connection to a registry with two sources."""
    opened = connect()
    registry.add(opened, "shop")
    registry.add(opened, "till")
    return opened


def held(connection: Connection) -> str:
    """Return the tracking plan of the shop."""
    source = registry.source_named(connection, "shop")
    assert source is not None
    return source.plan


def test_a_plan_is_set_shown_and_removed(regulars: Regulars, connection: Connection, tmp_path: Path) -> None:
    """As it is written; without one the answer is no."""
    file = tmp_path / "plan.yaml"
    file.write_text(PLAN)

    ran = regulars("sources", "plan", "shop", str(file))
    shown, document = regulars("sources", "plan", "shop"), regulars("sources", "plan", "shop", "--json").document
    stored = held(connection)
    removed = regulars("sources", "plan", "shop", "--remove")
    none = regulars("sources", "plan", "shop")

    assert ran.out == "shop has a tracking plan now.\n"
    assert (shown.out, document, stored) == (PLAN, {"source": "shop", "plan": PLAN}, PLAN)
    assert (removed.out, held(connection)) == ("shop has no tracking plan now.\n", "")
    assert (none.exit_code, none.out) == (1, "shop has no tracking plan: everything is planned.\n")


def test_a_plan_with_a_mistake_is_refused(regulars: Regulars, connection: Connection, tmp_path: Path) -> None:
    """The one before stays, and the sentence names the place."""
    registry.change(connection, "shop", plan=PLAN)
    file = tmp_path / "plan.yaml"
    file.write_text(f"types: {{{VIEW}: [tittle]}}")

    ran = regulars("sources", "plan", "shop", str(file))
    both = regulars("sources", "plan", "shop", str(file), "--remove")

    sentence = f"tracking plan: types.{VIEW}.tittle: is not a field of this type; did you mean title?"
    assert ran[::2] == (2, f"regulars: {sentence}\n")
    assert (both.exit_code, held(connection)) == (2, PLAN)
    assert regulars("sources", "plan", "nobody").exit_code == 1


def test_what_is_no_text_is_said_so(regulars: Regulars, connection: Connection, tmp_path: Path) -> None:
    """A file of bytes, a folder, or nothing."""
    file = tmp_path / "plan.yaml"
    file.write_bytes(b"\xff\xfe")

    assert regulars("sources", "plan", "shop", str(file)).err == f"regulars: {file} is not text in UTF-8.\n"
    assert regulars("sources", "plan", "shop", str(tmp_path)).err == f"regulars: {tmp_path} is a folder.\n"
    assert regulars("sources", "plan", "shop", "no.yaml").err == "regulars: no.yaml does not exist.\n"
    assert held(connection) == ""


def test_violations_are_counted_by_type(regulars: Regulars, connection: Connection) -> None:
    """Of all sources or one, from a day on; what kept to the plans is none."""
    none = regulars("sources", "violations")
    tallies.add(
        connection, {}, {("shop", FIRST, VIEW, "title", "flagged"): 1_200, ("till", SECOND, VIEW, "", "blocked"): 3}
    )

    shown, document = regulars("sources", "violations"), regulars("sources", "violations", "--json").document
    later = regulars("sources", "violations", "--since", "2026-03-02", "--json").document
    one = regulars("sources", "violations", "shop", "--json").document

    assert none.out == "Everything kept to the plans.\n"
    first, second = shown.out.splitlines()[2:4]
    assert first.split()[:5] == ["shop", VIEW, "title", "flagged", "1,200"]
    assert "the whole type" in second
    assert max(map(len, shown.out.splitlines())) <= 100
    assert [(each["source"], each["events"]) for each in document["violations"]] == [("shop", 1_200), ("till", 3)]
    assert [each["source"] for each in later["violations"]] == ["till"]
    assert [each["source"] for each in one["violations"]] == ["shop"]
    assert regulars("sources", "violations", "--since", "March").err == (
        "regulars: 'March' is no day: write such as 2026-03-31.\n"
    )
    assert regulars("sources", "violations", "nobody").exit_code == 1
