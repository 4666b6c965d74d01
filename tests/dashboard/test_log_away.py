"""Pages while the log does not answer: what was folded is shown at once, and that there may be more."""

import socket
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from events.log.cluster import Cluster
from services.access import sessions
from services.access.roles import Role
from services.settings import Settings
from tests.dashboard.reading import Html
from tests.dashboard.served import ANYWHERE, Dashboard
from tests.services.ingest.doors import open_door

SOON_SECONDS = 10.0
"""A broker that says nothing is given up after longer than this."""


@pytest.fixture(scope="module")
def without_log(dashboard: Dashboard) -> Iterator[httpx.Client]:
    """Return a manager's client of the shop, served beside a broker that listens and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as deaf:
        kafka = Cluster("{}:{}".format(*deaf.getsockname()))
        with open_door(Settings(postgres=dashboard.installation.dsn, kafka=kafka, api=ANYWHERE), senders=1) as door:
            cookies = {sessions.COOKIE: dashboard.cookie(Role.MANAGER)}
            with httpx.Client(base_url=door.url, cookies=cookies, timeout=SOON_SECONDS) as client:
                yield client


@pytest.mark.parametrize("path", ["/customers", "/complaints", "/tasks"])
def test_a_page_comes_while_the_log_is_silent(without_log: httpx.Client, path: str) -> None:
    """It is not known how far behind it is, and so it says."""
    answer = without_log.get(path)

    assert answer.status_code == 200
    assert "the log does not answer" in " ".join(Html(answer.text).texts("span", class_="as-of"))
