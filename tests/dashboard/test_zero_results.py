"""Zero results: the wishes with their trend, who asked for one, and what is near to it."""

from urllib.parse import unquote

from services.access.roles import Role
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html
from tests.dashboard.shop import NORTH, SOUTH, WEB

WISH = "blue kettle"


def test_the_wishes_lead_to_who_asked(browsing: Browsing) -> None:
    """A wish is a link to those who asked for it, and each of them one to their page, with their name."""
    client = browsing(Role.MANAGER)
    wishes = {link.text: link.attributes["href"] for link in Html(client.get("/zero-results").text).all("a")}

    asked = Html(client.get(wishes[WISH]).text)

    people = {link.attributes["href"]: link.text for link in asked.all("a") if "/customers/" in link.attributes["href"]}
    assert {f"/customers/{person.subject}" for person in (NORTH, SOUTH, WEB)} <= set(map(unquote, people))
    assert not any(name.startswith("customer:") for name in people.values())


def test_a_wish_has_its_trend_and_what_is_near_to_it(browsing: Browsing) -> None:
    """How much more often it was sought than in the days before, and the products that are called most like it."""
    told = browsing().get("/zero-results.json?limit=50").json()
    read = Html(browsing().get("/zero-results").text)

    wish = next(row for row in told["tables"]["wishes"] if row["query"] == WISH)
    assert f"+{wish['change']}" in {badge.text for badge in read.all(class_="badge")}
    near = [row["name"] for row in told["tables"]["nearest"] if row["query"] == WISH]
    assert near
    assert all(name in read.text for name in near)


def test_who_asked_is_not_shown_to_everybody(browsing: Browsing) -> None:
    """Whoever may look at figures sees how many asked, and staff see those of their store alone."""
    asked = {"about": WISH}
    viewer = Html(browsing(Role.VIEWER).get("/zero-results", params=asked).text)
    staff = browsing(Role.STAFF, "north").get("/zero-results.json", params=asked).json()

    assert "Who asked is not shown to you." in viewer.text
    assert [row["person"] for row in staff["tables"]["askers"]] == [NORTH.subject]
