"""Follows what the services do with the log: through the same settings as theirs."""

import time
from collections.abc import Callable

from events.log.cluster import Cluster
from projections import PROJECTIONS
from services.cli.session import behind
from services.installation import Installation
from services.settings import Settings
from tests.infra.container import Container

PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.05


def cluster_of(container: Container) -> Cluster:
    """Return Kafka as a container is told of it."""
    cluster = Settings.from_environment(container.environment).kafka
    assert cluster is not None
    return cluster


def await_true(condition: Callable[[], object], what: str) -> None:
    """Wait until something is so."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < give_up, f"it does not come to that: {what}"
        time.sleep(LOOK_SECONDS)


def await_folded(installation: Installation) -> None:
    """Wait until every projection has seen all of the log."""
    log = installation.log()
    with installation.connect() as connection:
        await_true(lambda: not behind(connection, log, log.ends()), f"{len(PROJECTIONS)} projections have folded all")
