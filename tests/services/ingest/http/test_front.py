"""Who may come in: a key in one of three places, for what its role allows, and as fast as its source may."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import httpx
import pytest

from services.ingest import registry
from services.ingest.keys import identified
from services.ingest.source import Role
from tests.services.ingest.doors import Door, Sender, client_of
from tests.services.ingest.messages import event, search


def test_a_key_comes_in_three_ways(door: Door, sender: Sender) -> None:
    """As the user of Basic authorization, as a Bearer token, or in the body where a web page can set no header."""
    message = search()
    with client_of(door) as client:
        answers = [
            client.post("/v1/track", json=search(), auth=(sender.write, "")),
            client.post("/v1/track", json=search(), headers={"Authorization": f"Bearer {sender.write}"}),
            client.post("/v1/track", json={**message, "writeKey": sender.write}),
            client.post("/v1/batch", json={"batch": [search()], "writeKey": sender.write}),
        ]

    assert [answer.status_code for answer in answers] == [HTTPStatus.OK] * 4
    assert len(door.stored(sender.name)) == 4
    assert sender.write not in str(door.stored(sender.name))


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/track", "/v1/events", "/v1/verdicts", "/v1/reports/ingest"])
def test_nobody_comes_in_without_a_key(door: Door, path: str) -> None:
    """Missing, misspelt or unknown: 401, with a code and a sentence, and with how to do better."""
    method = "GET" if path in {"/v1/verdicts", "/v1/reports/ingest"} else "POST"
    with client_of(door) as client:
        for authorization in ["", "Basic", "Basic !!!", "Basic /w==", "Bearer", "Bearer unknown", "Digest x"]:
            headers = {"Authorization": authorization} if authorization else {}
            content = b'{"batch": [], "messageId": "m"}' if method == "POST" else b""

            answer = client.request(method, path, headers=headers, content=content)

            assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), authorization
            assert answer.json()["message"].endswith(".")
            assert answer.headers["WWW-Authenticate"].startswith("Basic ")


def test_a_revoked_key_opens_nothing_any_more(door: Door, sender: Sender) -> None:
    """It is refused a second or so after it was revoked; so is one that has expired; the source's others go on."""
    late = registry.new_key(door.connection, sender.name, Role.WRITE, datetime.now(UTC) - timedelta(seconds=1))
    with client_of(door) as client:
        before = client.post("/v1/track", json=search(), auth=(sender.write, ""))
        registry.revoke(door.connection, identified(sender.write).id)

        def refused() -> bool:
            return (
                client.post("/v1/track", json=search(), auth=(sender.write, "")).status_code == HTTPStatus.UNAUTHORIZED
            )

        door.running.wait_until(refused)
        expired = client.post("/v1/track", json=search(), auth=(late, ""))
        other = client.post("/v1/track", json=search(), auth=(sender.admin, ""))

    assert (before.status_code, expired.status_code, other.status_code) == (200, HTTPStatus.UNAUTHORIZED, 200)


def test_a_new_key_is_taken_at_once(door: Door, sender: Sender) -> None:
    """Whoever was given a key a moment ago need not wait until the registry is read again."""
    with client_of(door) as client:
        key = registry.new_key(door.connection, sender.name, Role.WRITE)
        answer = client.post("/v1/track", json=search(), auth=(key, ""))

    assert answer.status_code == HTTPStatus.OK


def test_a_role_is_good_for_its_own_work(door: Door, sender: Sender) -> None:
    """A write key, which may stand in a web page, reads nothing; a read key writes nothing; an admin's does both."""
    with client_of(door) as client:
        found = {
            role: [
                client.post("/v1/track", json=search(), auth=(key, "")),
                client.post("/v1/batch", json={"batch": [search()]}, auth=(key, "")),
                client.post("/v1/events", json=event(sender.name), auth=(key, "")),
                client.get("/v1/verdicts", auth=(key, "")),
                client.get("/v1/reports/ingest", auth=(key, "")),
                client.get("/v1/reports/tracking-plan", auth=(key, "")),
            ]
            for role, key in zip(Role, sender[1:], strict=True)
        }

    assert {role: [answer.status_code for answer in answers] for role, answers in found.items()} == {
        Role.WRITE: [200, 200, 200, 403, 403, 403],
        Role.READ: [403, 403, 403, 200, 200, 200],
        Role.ADMIN: [200, 200, 200, 200, 200, 200],
    }
    refused = found[Role.READ][0].json()
    assert (refused["code"], refused["message"]) == (
        "forbidden",
        "This is a read key; it takes one with the role write.",
    )
    assert len(door.stored(sender.name)) == 6


def test_who_sends_too_fast_hears_when_to_go_on(door: Door) -> None:
    """429 with whole seconds to wait, and nothing of it stored; after that long the same batch is taken."""
    slow = door.sender(events_per_second=5)
    batch = {"batch": [search() for _ in range(10)]}
    with client_of(door, slow.write) as client:
        first = client.post("/v1/batch", json=batch)
        second = client.post("/v1/batch", json={"batch": [search() for _ in range(3)]})

        assert (first.status_code, second.status_code) == (HTTPStatus.OK, HTTPStatus.TOO_MANY_REQUESTS)
        assert second.json()["code"] == "too_many_requests"
        assert second.headers["Retry-After"] == "1"
        assert len(door.stored(slow.name)) == 10

        answers: list[httpx.Response] = []

        def taken() -> bool:
            answers.append(client.post("/v1/track", json=search()))
            return answers[-1].status_code == HTTPStatus.OK

        door.running.wait_until(taken)
