"""One file, one registry line: these tests find the forgotten line."""

import re
from importlib import import_module
from types import ModuleType

import events.catalog
import projections
from events.event import Event
from projections._engine.declaration import Projection
from services.reactions._engine.reaction import Reaction
from services.reactions._engine.sweep import Sweep
from services.reactions.registered import REACTIONS, SWEEPS
from services.reports import REPORTS
from services.reports.report import Report
from tests.tidy.sources import ROOT, dotted

MEANT_WORDS = 40
REACTION_WORDS = 20


def _siblings(package: str) -> list[ModuleType]:
    return [import_module(dotted(path)) for path in sorted((ROOT / package).glob("[!_]*.py"))]


def _declared(module: ModuleType, base: type) -> set[type]:
    return {
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, base) and value.__module__ == module.__name__
    }


def test_every_event_is_in_the_catalogue() -> None:
    """An event class of a module in events/catalog stands in ``events.catalog.EVENTS``."""
    declared = {event for module in _siblings("events/catalog") for event in _declared(module, Event)}

    forgotten = declared - set(events.catalog.EVENTS)

    assert forgotten == set()


def test_an_event_type_is_given_once() -> None:
    """No two classes of the catalogue say the same type, and every class says one."""
    types = [event.event_type for event in events.catalog.EVENTS]

    assert sorted(types) == sorted(set(types) - {""})


def test_every_projection_is_registered() -> None:
    """Each module in projections declares at least one projection, and all of them stand in ``PROJECTIONS``."""
    declared = {module.__name__: _declared(module, Projection) for module in _siblings("projections")}

    registered = {type(each) for each in projections.PROJECTIONS}
    forgotten = {name for name, found in declared.items() if not found or found - registered}

    assert forgotten == set()


def test_every_report_is_registered() -> None:
    """Each report that a module in services/reports declares stands in ``REPORTS``, under a name of its own."""
    declared = {
        value.name: value
        for module in _siblings("services/reports")
        for value in vars(module).values()
        if isinstance(value, Report)
    }

    assert {report.name: report for report in REPORTS} == declared
    assert len(REPORTS) == len(declared)


def test_every_report_says_what_it_means_and_what_it_reads() -> None:
    """Its definition is its file's docstring; what it reads are projections that there are."""
    known = {projection.name for projection in projections.PROJECTIONS}

    assert [report.name for report in REPORTS if len(report.definition.split()) < MEANT_WORDS] == []
    assert [report.name for report in REPORTS if not set(report.reads) <= known or not report.reads] == []


def test_every_reaction_is_registered_and_says_what_it_does() -> None:
    """Each that a module in services/reactions declares stands in ``REACTIONS``, hears something, and is in words."""
    modules = [vars(module).values() for module in _siblings("services/reactions")]
    declared = {value.name for values in modules for value in values if isinstance(value, Reaction)}

    assert sorted(each.name for each in REACTIONS) == sorted(declared)
    assert [each.name for each in REACTIONS if len(each.about.split()) < REACTION_WORDS or not each.hears] == []


def test_every_sweep_has_a_name_of_its_own() -> None:
    """When each last looked is remembered by its name."""
    sweeps: list[Sweep] = list(SWEEPS)

    assert len({sweep.name for sweep in sweeps}) == len(sweeps)


def test_every_signal_of_a_projection_is_heard_by_a_reaction() -> None:
    """The source of each projection that raises one names its kind; nobody raises what nobody hears."""
    heard = {kind for each in REACTIONS for kind in each.hears}
    raised = {
        kind
        for path in sorted((ROOT / "projections").glob("[!_]*.py"))
        for kind in re.findall(r'Signal\(\s*"([a-z_]+)"', path.read_text(encoding="utf-8"))
    }

    assert "complaint_opened" in raised
    assert raised - heard == set()
