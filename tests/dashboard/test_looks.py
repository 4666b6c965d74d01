"""Whoever looks at a customer by a page, its twins or the api is written down, and nobody else is."""

import json

import httpx
import pytest

from services.access.roles import Role
from services.dashboard.page import Page
from tests.dashboard.samples import PERSONAL, api_path_of, named, path_of
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import NORTH, SOUTH

TOLD = "SELECT convert_from(state, 'UTF8') FROM access.said WHERE event_id LIKE 'access:look:%' ORDER BY id"


def looks_of(dashboard: Dashboard, actor: str) -> set[tuple[str, str, str]]:
    """Return at whom, at what and how somebody looked."""
    rows = [json.loads(row) for (row,) in dashboard.connection.execute(TOLD).fetchall()]
    told = [(row["subject"], row["data"]) for row in rows if row["data"]["actor"] == actor]
    return {(subject, data["what"], data["how"]) for subject, data in told}


@pytest.mark.parametrize("page", PERSONAL, ids=named)
def test_a_look_at_a_customer_is_written_down(page: Page, dashboard: Dashboard) -> None:
    """By page, JSON, CSV and api; what staff may not look at they have not looked at."""
    name = f"looks-at-{page.view.name}".replace("_", "-")
    with dashboard.client(Role.STAFF, ("north",), name) as client:
        ways: dict[str, httpx.Response] = {
            "page": client.get(path_of(page)),
            "json": client.get(api_path_of(page)),
            "csv": client.get(path_of(page, ".csv")),
        }
        refused = client.get(path_of(page, "", SOUTH))

    assert ({each.status_code for each in ways.values()}, refused.status_code) == ({200}, 403)
    assert looks_of(dashboard, name) == {(NORTH.subject, page.view.name, way) for way in ways}
