"""Steps that somebody ticked: the first time counts, and who it was then."""

from datetime import timedelta

from events.catalog.operations import ChecklistStepDone
from projections._engine.reference import as_mappings, fold
from projections.checklist_steps import ChecklistSteps
from tests.projections.shop import NOON, Shop


def ticked(step: str, by: str, run: str = "t-7", store: str = "bistro") -> ChecklistStepDone:
    """Return that a step of a table was done."""
    return ChecklistStepDone(checklist="table", run=run, step=step, by=by, store=store)


def test_a_step_was_done_when_it_was_ticked_first() -> None:
    """Whatever is heard first; each run and step is a row, and what else is ticked changes nothing."""
    told = Shop.facts(
        (ticked("pepper", "bob", store="bar"), NOON + timedelta(minutes=9)),
        (ticked("pepper", "ann"), NOON),
        (ticked("menu", "ann"), NOON),
        (ticked("pepper", "bob", run="t-8"), NOON),
    )

    rows = as_mappings(ChecklistSteps(), fold(ChecklistSteps(), told))

    assert [(row["run"], row["step"], row["done"], row["doer"], row["store"], row["times"]) for row in rows] == [
        ("t-7", "menu", NOON, "ann", "bistro", 1),
        ("t-7", "pepper", NOON, "ann", "bistro", 2),
        ("t-8", "pepper", NOON, "bob", "bistro", 1),
    ]
