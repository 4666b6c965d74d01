"""The ground that the short selection of faults is tried on."""

from collections.abc import Iterator

import pytest

from services.settings import InstallationError
from tests.faults.ground import Ground, ground


@pytest.fixture(scope="module")
def own_ground() -> Iterator[Ground]:
    """Return a broker and a Postgres that may be killed."""
    try:
        with ground() as made:
            yield made
    except InstallationError as error:
        pytest.fail(f"These tests need a Kafka and a Postgres that they may kill: {error}", pytrace=False)
