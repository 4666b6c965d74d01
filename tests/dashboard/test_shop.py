"""The little shop: everybody has something open in each store, and every projection has seen it all."""

from projections import PROJECTIONS
from tests.dashboard.conftest import Browsing
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import NORTH, SOUTH, STORES, WEB

OPEN = "SELECT store, complaint FROM complaint_cases WHERE complaint LIKE 'hand-%' ORDER BY store"


def test_there_is_a_complaint_open_in_each_store(dashboard: Dashboard) -> None:
    """What pages of one store are tested with is there."""
    found = dashboard.connection.execute(OPEN).fetchall()

    assert found == sorted((person.store, person.complaint) for person in (NORTH, SOUTH, WEB))
    assert {person.store for person in (NORTH, SOUTH, WEB)} == set(STORES.values())


def test_every_projection_has_seen_the_whole_story(browsing: Browsing) -> None:
    """No page of the shop is empty for want of projecting."""
    told = browsing().get("/projections.json").json()

    lags = {each["name"]: (each["lag_events"], each["rows"] > 0) for each in told["tables"]["projections"]}
    assert lags == dict.fromkeys((projection.name for projection in PROJECTIONS), (0, True))
