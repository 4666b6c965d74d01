"""The short selection of faults: each on a real broker and a durable Postgres, under load, and judged by the oracle.

``make faults`` tries all of them, and more often.
"""

import inspect
from types import ModuleType

import pytest

from tests.faults import registry
from tests.faults.broken_builds import BROKEN_BUILDS, BrokenBuild
from tests.faults.ground import Ground
from tests.faults.orders import Break
from tests.faults.registry import FAULTS, Fault

SHORT = [fault for fault in FAULTS if fault.short]


@pytest.mark.parametrize("fault", SHORT, ids=[fault.name for fault in SHORT])
def test_nothing_is_lost_or_doubled(fault: Fault, own_ground: Ground) -> None:
    """Whatever breaks: what was acknowledged is on the log, and every digest is what the log says."""
    own_ground.broker.start()  # where the fault before failed with it down

    outcome = fault.try_it(own_ground, fault.short)

    assert (outcome.findings, outcome.lost, outcome.doubled) == ([], 0, 0)
    assert outcome.times == fault.short
    assert outcome.acknowledged > 0


@pytest.mark.parametrize("build", BROKEN_BUILDS, ids=[build.broken.value for build in BROKEN_BUILDS])
def test_the_oracle_sees_a_broken_build(build: BrokenBuild, own_ground: Ground) -> None:
    """An oracle that cannot turn red says nothing when it is green."""
    outcome = build.show(own_ground)

    assert outcome.findings
    assert outcome.lost + outcome.doubled > 0


def test_every_fault_is_registered() -> None:
    """A function that tries a fault and is not in the table would never run."""
    modules = [module for module in vars(registry).values() if isinstance(module, ModuleType)]

    found = {
        function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }

    assert {fault.try_it for fault in FAULTS} == found
    assert {build.broken for build in BROKEN_BUILDS} == set(Break) - {Break.NOTHING}
