"""What several laws need."""

from collections.abc import Iterator

import pytest

from tests.faults.wire import Wire, wire_to


@pytest.fixture
def wire(database: str) -> Iterator[Wire]:
    """Return a wire to the database, which can be cut."""
    with wire_to(database) as wire:
        yield wire
