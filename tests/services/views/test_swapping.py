"""A projection that is swapped while somebody reads: they read what there was, and never a table that seems empty."""

from collections.abc import Iterator
from contextlib import closing
from threading import Thread

import pytest

from events.catalog.visits import VisitStarted
from events.envelope import Envelope
from projections import PROJECTIONS
from projections._engine.projector import stored
from projections._engine.rebuild import rebuild
from projections.profile import Profile
from services.access.roles import Role
from services.access.viewer import Viewer
from services.api.lending import Lending
from services.house.clock import Clock
from services.installation import Installation
from services.views.told import Asking, tell
from services.views.view import Document, Parameters, Reading, View
from tests.projections.engine.tables import pump
from tests.services.access.conftest import NOW

PEOPLE = 50
WAIT_SECONDS = 1.0
COUNTED = "SELECT count(*) FROM profile"
SWAPPED = "SELECT generation FROM engine.projection WHERE name = 'profile' AND state = 'live'"


@pytest.fixture
def installation(database: str) -> Iterator[Installation]:
    """Return an installation with some people in it."""
    with closing(Installation(database)) as opened:
        log = opened.journal()
        told = [
            Envelope(id=f"v-{n}", source="urn:test", time=NOW, subject=f"customer:{n}", data=VisitStarted())
            for n in range(PEOPLE)
        ]
        log.append(told)
        pump(log, opened.connect, stored(PROJECTIONS))
        yield opened


def test_a_swap_waits_for_whoever_reads(installation: Installation) -> None:
    """The table is looked up when it is first read, which may be after the swap, in a snapshot from before it."""
    swap = Thread(target=rebuild, args=(Profile(), installation.journal(), installation.connect))

    def answer(reading: Reading) -> Document:
        """Begin to read, have the table swapped, and read on."""
        swap.start()
        swap.join(WAIT_SECONDS)
        return {"people": reading.connection.execute(COUNTED).fetchall()[0][0]}

    view = View("people", "/people", "People", answer, reads=("profile",))
    with closing(Lending(installation)) as house, installation.connect("tests") as connection:
        before = connection.execute(SWAPPED).fetchall()
        asking = Asking(Viewer("anna", Role.MANAGER), Parameters(), {}, None, Clock(), house)
        told = tell(connection, view, asking)
        swap.join()
        after = connection.execute(SWAPPED).fetchall()

    assert told.document == {"people": PEOPLE}
    assert after > before, "it was swapped when nobody read any more"
