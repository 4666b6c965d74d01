"""Stores: side by side, and each one's own view against the whole."""

from services.access.roles import Role
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html
from tests.dashboard.shop import STORES


def test_all_stores_stand_side_by_side(browsing: Browsing) -> None:
    """Each is a link to its own view; together they bring what the house brings."""
    told = browsing().get("/stores.json").json()
    ways = {link.attributes["href"] for link in Html(browsing().get("/stores").text).all("a")}

    assert {f"/stores?store={store}" for store in STORES.values()} <= ways
    assert sum(row["net_minor"] for row in told["tables"]["stores"]) == told["figures"]["net_minor"]


def test_a_store_has_a_view_of_its_own(browsing: Browsing) -> None:
    """Its regulars by name, its wishes and its complaints, each beside what holds of all stores."""
    read = Html(browsing().get("/stores?store=north").text)
    told = browsing().get("/stores.json?store=north").json()

    assert read.all("h1")[0].text == "north"
    assert set(told["names"].values()) <= {link.text for link in read.all("a")}
    assert [row["person"][-2:] for row in told["tables"]["regulars"]] == ["58"] * len(told["tables"]["regulars"])
    ways = {link.attributes["href"] for link in read.all("a")}
    assert {"/zero-results?store=north", "/reports/complaints?store=north"} <= ways
    assert "all stores:" in read.text


def test_staff_see_the_view_of_their_store(browsing: Browsing) -> None:
    """Without being asked which, and without a way to another one."""
    read = Html(browsing(Role.STAFF, "north").get("/stores").text)

    assert read.all("h1")[0].text == "north"
    assert not [link for link in read.all("a") if "store=south" in link.attributes["href"]]
    assert [option.attributes["value"] for option in read.all("option")] == ["north"]
