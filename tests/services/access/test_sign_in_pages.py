"""The pages of signing in, out, and of oneself: by plain HTTP, as a browser without scripts would."""

import time
from datetime import UTC, datetime

import pytest

from services.access import waiting
from services.access.sessions import COOKIE
from services.access.waiting import FREE, Kind
from services.dashboard.signed_in import ours
from tests.services.access.house import browser, disabled, resident, sign_in, signed_in
from tests.services.ingest.doors import Door, client_of

PROMISED_SECONDS = 5.0
"""Within how many seconds whoever is let in no more is out."""


def test_a_page_leads_to_where_one_signs_in_and_back_again(door: Door) -> None:
    """With its query; and what programmes read answers 401 with a sentence, without a challenge that opens a window."""
    resident(door, "petra")
    with browser(door) as client:
        asked = client.get("/me?done=ended")
        assert (asked.status_code, asked.headers["location"]) == (
            303,
            "/sign-in?next=%2Fme%3Fdone%3Dended",
        )
        form = client.get(asked.headers["location"])
        answer = sign_in(client, "petra", next="/me?done=ended")

        assert 'value="/me?done=ended"' in form.text
        assert (answer.status_code, answer.headers["location"]) == (303, "/me?done=ended")
        assert client.get("/me?done=ended").status_code == 200
        assert client.get("/sign-in").headers["location"] == "/"


@pytest.mark.parametrize(
    "path", ["/v1/projections", "/projections.json", "/projections.csv", "/live/moved?page=projections"]
)
def test_what_programmes_read_says_what_to_do(door: Door, path: str) -> None:
    """In JSON; the challenge is none for which a browser opens a window."""
    with browser(door) as client:
        answer = client.get(path, headers={"Accept": "text/event-stream"} if "live" in path else {})

    if answer.status_code != 404:
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_what_htmx_asks_for_leads_the_whole_window(door: Door) -> None:
    """A part of a page cannot be the page of signing in."""
    with browser(door) as client:
        said = {"HX-Request": "true", "HX-Current-URL": f"{door.url}/me?done=ended"}
        answer = client.get("/projections", headers=said)

    assert (answer.status_code, answer.headers["hx-redirect"]) == (
        401,
        "/sign-in?next=%2Fme%3Fdone%3Dended",
    )


def test_the_cookie_is_for_this_site_and_no_script(door: Door) -> None:
    """HttpOnly, SameSite=Lax, the whole site; Secure where the request came by https, as a proxy says."""
    resident(door, "quinn")
    with browser(door) as client:
        plain = sign_in(client, "quinn").headers["set-cookie"]
    with browser(door, **{"X-Forwarded-Proto": "https"}) as client:
        safe = sign_in(client, "quinn").headers["set-cookie"]

    assert plain.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(plain.split("; "))
    assert "Secure" not in plain
    assert "Secure" in safe


def test_a_wrong_password_is_said_beside_the_form(door: Door) -> None:
    """What was typed as the name stays, as text; no session begins; and after some tries there is to be waited."""
    resident(door, "rosa")
    with browser(door) as client:
        answer = sign_in(client, "rosa<b>", "wrong")
        assert answer.status_code == 403
        assert "The name or the password is not right." in answer.text
        assert 'value="rosa&lt;b&gt;"' in answer.text
        assert "set-cookie" not in answer.headers
        for _ in range(FREE[Kind.NAME] - 1):
            waiting.try_once(door.connection, "rosa", "192.0.2.9", datetime.now(UTC))
        last = sign_in(client, "rosa", "wrong")
        locked = sign_in(client, "rosa")

    assert (last.status_code, locked.status_code) == (429, 429)
    assert "too many tries" in locked.text


@pytest.mark.parametrize(
    "there", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/sign-in", "/ü\n"]
)
def test_nobody_is_led_to_another_site(there: str) -> None:
    """What follows a sign-in was said by whoever made the link to it."""
    assert ours(there) == "/"


def test_signing_out_ends_the_session_and_not_only_the_cookie(door: Door) -> None:
    """Whoever copied the cookie is out, too."""
    resident(door, "sara")
    with signed_in(door, "sara") as client, browser(door) as thief:
        thief.cookies.set(COOKIE, client.cookies[COOKIE], domain="127.0.0.1")
        assert thief.get("/me").status_code == 200

        answer = client.post("/sign-out")

        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?signed_out")
        assert COOKIE not in client.cookies
        assert thief.get("/me").status_code == 303
        assert "You are signed out." in client.get("/sign-in?signed_out").text


def test_who_is_let_in_no_more_is_out_within_seconds(door: Door) -> None:
    """Also where another process said so, and this one remembers the session."""
    resident(door, "tom")
    with signed_in(door, "tom") as client:
        assert client.get("/me").status_code == 200
        disabled(door, "tom")
        give_up = time.monotonic() + PROMISED_SECONDS

        while client.get("/me").status_code != 303:
            assert time.monotonic() < give_up
            time.sleep(0.1)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "{url}"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "{url}"}, 303),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_another_site_changes_nothing(door: Door, headers: dict[str, str], status: int) -> None:
    """The browser says where a request came from, and would send the cookie or the key that it keeps by itself."""
    name = "ute"
    if door.connection.execute("SELECT FROM access.user WHERE name = %s", [name]).fetchone() is None:
        resident(door, name)
    said = {name: value.format(url=door.url) for name, value in headers.items()}
    with signed_in(door, name) as client:
        del client.headers["Sec-Fetch-Site"]
        assert client.post("/me/sessions/end", headers=said).status_code == status
        assert client.post("/sign-out", headers=said).status_code == status
        assert client.get("/me", headers=said).status_code == (303 if status == 303 else 200)


def test_a_key_is_an_admin_and_other_keys_are_refused(door: Door) -> None:
    """With a sentence; and a key has no page of its own."""
    sender = door.sender()
    for key, status in ((sender.admin, 200), (sender.read, 403), (sender.write, 403), ("nonsense", 401)):
        with client_of(door, key) as client:
            answer = client.get("/projections.json")
            assert answer.status_code == status
            if status == 403:
                assert "takes one with the role admin" in answer.json()["message"]
    with client_of(door, sender.admin) as client:
        assert client.get("/me").status_code == 403
        other = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
        assert client.post("/me/sessions/end", headers=other).json()["code"] == "cross_site"


def test_a_page_says_what_a_browser_may_load(door: Door) -> None:
    """Every HTML answer has the policy; and to another site no answer allows a cookie to be sent along."""
    with browser(door, Origin="https://evil.example") as client:
        page, data = client.get("/sign-in"), client.get("/projections.json")

    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    for answer in (page, data):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"name=x" * 20_000, "application/x-www-form-urlencoded", 413),
        (b"a=1&" * 60, "application/x-www-form-urlencoded", 400),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
    ],
)
def test_what_is_no_form_is_refused(door: Door, content: bytes, kind: str, status: int) -> None:
    """Before anybody is looked up."""
    with browser(door) as client:
        assert client.post("/sign-in", content=content, headers={"Content-Type": kind}).status_code == status
