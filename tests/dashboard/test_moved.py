"""The stream that says that a page's projections moved: at once, and to those alone who may look."""

import json
from itertools import count

import httpx

from events.catalog.visits import PageViewed
from services.access.roles import Role
from tests.dashboard.conftest import Browsing
from tests.dashboard.hearing import listening
from tests.dashboard.served import Dashboard
from tests.services.running import wait_until

MOVED = "/live/moved"
PAGE = {"page": "projections"}

_numbers = count(1)


def happen(dashboard: Dashboard) -> None:
    """Let something happen that every projection moves past."""
    dashboard.tell(PageViewed(page="/"), by=f"visitor:moved-{next(_numbers)}")


def positions(client: httpx.Client) -> str:
    """Return as of which positions the page is made now, as its stream is told."""
    at: dict[str, int] = client.get("/projections.json").json()["as_of"]["positions"]
    return ",".join(f"{partition}:{offset}" for partition, offset in at.items())


def test_who_follows_hears_of_each_move(dashboard: Dashboard, browsing: Browsing) -> None:
    """Nothing is said before something moves; then it is said where the projections stand."""
    with dashboard.client() as client, listening(client, MOVED, **PAGE, at=positions(browsing())) as heard:
        before = heard.named("moved")
        happen(dashboard)
        wait_until(lambda: heard.named("moved"))

    last = json.loads(heard.named("moved")[-1])["positions"]
    assert before == []
    assert ",".join(f"{partition}:{offset}" for partition, offset in last.items()) == positions(browsing())


def test_what_moved_between_the_page_and_its_stream_is_said_at_once(dashboard: Dashboard, browsing: Browsing) -> None:
    """A page that was made before something moved hears of it, though nothing moves any more."""
    at = positions(browsing())
    happen(dashboard)

    with dashboard.client() as client, listening(client, MOVED, **PAGE, at=at) as heard:
        wait_until(lambda: heard.named("moved"))

    assert len(heard.named("moved")) == 1


def test_no_stream_is_opened_to_who_may_not_look(browsing: Browsing, dashboard: Dashboard) -> None:
    """It takes a session, the right to look at the page, and a page that follows."""
    answers = {
        "stranger": httpx.get(f"{dashboard.url}{MOVED}", params=PAGE),
        "no page": browsing().get(MOVED, params={"page": "nonesuch"}),
        "no positions": browsing().get(MOVED, params=PAGE | {"at": "yesterday"}),
        "viewer": browsing(Role.VIEWER).get(MOVED, params={"page": "live"}),
    }

    assert {who: answer.status_code for who, answer in answers.items()} == {
        "stranger": 401,
        "no page": 404,
        "no positions": 422,
        "viewer": 404,
    }
