"""Steps of a checklist that are ticked off at the desk: once a run, and only those that a playbook has."""

import pytest

from events.catalog.customers import CustomerRegistered
from events.catalog.operations import ChecklistStepDone, PolicyPublished
from services.desk.checklist import Tick
from tests.services.desk.house import House

STEPS = {"event": "regulars.order.placed", "steps": "thank call", "thank.title": "Thank them"}


@pytest.fixture(scope="module", autouse=True)
def published(house: House) -> None:
    """Publish a playbook, and let somebody be known."""
    playbook = PolicyPublished(policy="checklist.tea", version="1", content=STEPS)
    house.tell(playbook, by="house:policies")
    house.tell(CustomerRegistered(), by="customer:k1")


def test_a_step_is_ticked_once_a_run(house: House) -> None:
    """Again, nothing happens; another run has steps of its own."""
    tick = Tick(run="o-1", step="thank", note="By hand", store="leeds")

    told = [house.give("checklist", "tea:customer:k1", each) for each in (tick, tick, Tick(run="o-2", step="thank"))]

    assert [len(each) for each in told] == [1, 0, 1]
    assert told[0] == [
        ChecklistStepDone(checklist="tea", run="o-1", step="thank", by="boss", note="By hand", store="leeds")
    ]


def test_what_others_ticked_is_ticked(house: House) -> None:
    """The till said so before: it is so already."""
    house.tell(ChecklistStepDone(checklist="tea", run="o-9", step="call"), by="customer:k1")

    assert house.give("checklist", "tea:customer:k1", Tick(run="o-9", step="call")) == []


@pytest.mark.parametrize(
    ("name", "step", "code"),
    [
        ("tea:customer:k1", "sing", "no_such_step"),
        ("coffee:customer:k1", "thank", "no_such_step"),
        ("tea", "thank", "no_checklist_and_customer"),
    ],
)
def test_only_what_there_is_is_ticked(house: House, name: str, step: str, code: str) -> None:
    """A step that no published playbook has, and an id that names nobody, are refused in words."""
    assert house.refuses("checklist", name, Tick(run="o-1", step=step))[0] == code
