"""The pages of a one-time link and of oneself: by plain HTTP, as a browser without scripts would."""

from datetime import UTC, datetime, timedelta

import pytest

from services.access import links
from services.access.roles import Role
from services.access.users import User, add
from services.dashboard.me import called
from tests.services.access.conftest import PASSWORD
from tests.services.access.house import browser, resident, sign_in, signed_in
from tests.services.ingest.doors import Door

MOZILLA, WEBKIT = "Mozilla/5.0", "AppleWebKit/537.36 (KHTML, like Gecko)"
NEW = "five o'clock is tea time"


def test_a_link_sets_a_password_once(door: Door) -> None:
    """Too short ones and unlike ones are refused beside the form; the link opens nothing after that."""
    now = datetime.now(UTC)
    add(door.connection, User("vera", Role.VIEWER, now, shown_as="Vera <V>"), "tests")
    token = links.make(door.connection, "vera", "tests", now)
    with browser(door) as client:
        assert "Welcome, Vera &lt;V&gt;" in client.get(f"/welcome/{token}").text
        assert "differ" in client.post(f"/welcome/{token}", data={"password": NEW, "again": "x"}).text
        assert "12 to 256" in client.post(f"/welcome/{token}", data={"password": "x", "again": "x"}).text
        answer = client.post(f"/welcome/{token}", data={"password": NEW, "again": NEW})

        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert client.get("/me").status_code == 200
        assert client.get(f"/welcome/{token}").status_code == 410
        assert client.post(f"/welcome/{token}", data={"password": PASSWORD, "again": PASSWORD}).status_code == 410
        assert client.get(f"/welcome/{token}").headers["cache-control"] == "no-store"


def test_a_link_is_good_for_a_day(door: Door) -> None:
    """And a newer one voids it."""
    now = datetime.now(UTC)
    add(door.connection, User("willi", Role.VIEWER, now), "tests")
    old = links.make(door.connection, "willi", "tests", now - timedelta(hours=25))
    one = links.make(door.connection, "willi", "tests", now)
    two = links.make(door.connection, "willi", "tests", now)

    with browser(door) as client:
        found = [client.get(f"/welcome/{token}").status_code for token in (old, one, two, "nonsense")]

    assert found == [410, 410, 200, 410]


def test_ones_own_page_changes_the_password(door: Door) -> None:
    """It asks for the one of now, and signs out everywhere else."""
    resident(door, "xenia")
    with signed_in(door, "xenia") as here, signed_in(door, "xenia") as there:
        change = {"current": PASSWORD, "password": NEW, "again": NEW}
        wrong = here.post("/me/password", data={**change, "current": "wrong"})
        assert (wrong.status_code, "not your password of now" in wrong.text) == (422, True)

        answer = here.post("/me/password", data=change)

        assert answer.headers["location"] == "/me?done=password"
        assert "Your password is changed." in here.get("/me?done=password").text
        assert there.get("/me").status_code == 303
    with browser(door) as client:
        assert sign_in(client, "xenia").status_code == 403
        assert sign_in(client, "xenia", NEW).status_code == 303


def test_ones_own_page_lists_and_ends_sessions(door: Door) -> None:
    """One's own alone; a browser is named as people know it, and what it calls itself is text."""
    resident(door, "yuri")
    resident(door, "zoe")
    with signed_in(door, "yuri") as here, signed_in(door, "yuri", **{"User-Agent": "<i>Tab</i>"}) as there:
        page = here.get("/me").text
        assert "&lt;i&gt;Tab&lt;/i&gt;" in page
        assert "This one" in page
        other = page.partition("/me/sessions/")[2].partition("/")[0]
        with signed_in(door, "zoe") as stranger:
            stranger.post(f"/me/sessions/{other}/end")
            assert there.get("/me").status_code == 200

        here.post(f"/me/sessions/{other}/end")

        assert there.get("/me").status_code == 303
        assert here.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (f"{MOZILLA} (X11; Linux x86_64) {WEBKIT} Chrome/148.0.0.0 Safari/537.36", "Chrome on Linux"),
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/148.0 Safari/537.36 Edg/148.0", "Edge on Windows"),
        (
            f"{MOZILLA} (iPhone; CPU iPhone OS 19_0 like Mac OS X) {WEBKIT} Version/19.0 Safari/604.1",
            "Safari on an iPhone",
        ),
        ("Firefox", "Firefox"),
        ("curl/8.1", "curl/8.1"),
        ("", "A browser that does not say its name"),
    ],
)
def test_a_browser_is_called_what_people_call_it(agent: str, name: str) -> None:
    """Most browsers claim to be several."""
    assert called(agent) == name
