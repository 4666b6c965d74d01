"""What most commands begin with: projections that have seen it all, whoever folds."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial

import pytest

from events.log.postgres import Journal
from projections import PROJECTIONS
from projections._engine.projector import Projector
from services import installation
from services.cli.session import Projected, bring_up_to_date
from services.installation import Installation
from tests.events.samples import SAMPLES


@pytest.fixture
def opened(database: str, journal: Journal) -> Installation:
    """Return the installation of a fresh database with a few events on its log."""
    journal.append(SAMPLES[:3])
    return Installation(database)


def test_where_nobody_projects_it_is_done_here(opened: Installation) -> None:
    """Everything on the log is folded when it returns, and doing it again folds nothing."""
    with closing(opened):
        first, second = bring_up_to_date(opened, "test"), bring_up_to_date(opened, "test")

    assert (first, second) == (Projected(here=True, events=3, parked=0), Projected(here=True, events=0, parked=0))


def test_where_another_process_projects_it_is_waited_for(opened: Installation, database: str, journal: Journal) -> None:
    """It returns when that one has folded what was on the log, and not before."""
    another = Projector(journal, partial(installation.connect, database), PROJECTIONS)
    with closing(another), closing(opened), ThreadPoolExecutor() as threads:
        assert another.lead()

        waiting = threads.submit(bring_up_to_date, opened, "test")
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.5)
        another.catch_up()

        assert waiting.result(timeout=60) == Projected(here=False, events=3, parked=0)


def test_where_the_other_process_ends_it_goes_on_here(opened: Installation, database: str, journal: Journal) -> None:
    """Nobody is left waiting for a process that is gone."""
    another = Projector(journal, partial(installation.connect, database), PROJECTIONS)
    with closing(opened), ThreadPoolExecutor() as threads:
        assert another.lead()

        waiting = threads.submit(bring_up_to_date, opened, "test")
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.5)
        another.close()

        assert waiting.result(timeout=60) == Projected(here=True, events=3, parked=0)
