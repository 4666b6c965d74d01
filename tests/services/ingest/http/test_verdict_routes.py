"""What became of a message: its sender can ask; whoever looks after the source sees what was turned away, and why."""

import json
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from services.ingest.resending import redrive
from tests.services.ingest.doors import Door, Sender, client_of
from tests.services.ingest.messages import event, search

PLAN = """
unplanned_types: block
unplanned_fields: flag
types:
  regulars.search.performed.v2: [query]
"""


def verdicts(door: Door, sender: Sender, **parameters: object) -> list[dict[str, Any]]:
    """Return what is listed for a sender."""
    with client_of(door, sender.read) as client:
        answer = client.get("/v1/verdicts", params={name: str(value) for name, value in parameters.items()})
    assert answer.status_code == HTTPStatus.OK, answer.text
    found: list[dict[str, Any]] = answer.json()["verdicts"]
    return found


def test_what_was_turned_away_is_listed_with_its_body(door: Door, sender: Sender, client: httpx.Client) -> None:
    """Each with the field and the reason, and byte for byte as it came, so that it can be mended."""
    bad = [search(properties={"query": "röd", "results_count": -1}), search(userId=None), search(timestamp="soon")]
    started = datetime.now(UTC)

    answer = client.post("/v1/batch", json={"batch": [search(), *bad]}).json()

    listed = verdicts(door, sender)
    assert [each["id"] for each in listed] == [each["verdict"] for each in answer["verdicts"]]
    assert [each["message_id"] for each in listed] == [message["messageId"] for message in bad]
    assert [each["field"] for each in listed] == ["properties.results_count", "userId", "timestamp"]
    assert [json.loads(each["body"]) for each in listed] == bad
    assert {(each["source"], each["protocol"], each["origin"], each["outcome"], each["seen"]) for each in listed} == {
        (sender.name, "segment", "/v1/batch", "rejected", 1)
    }
    assert all(each["reason"] for each in listed)
    assert all(datetime.fromisoformat(each["received_at"]) >= started for each in listed)


def test_a_list_is_read_page_by_page(door: Door, sender: Sender, client: httpx.Client) -> None:
    """``next`` is what the following page begins after, and is null on the last one."""
    client.post("/v1/batch", json={"batch": [search(type="x") for _ in range(5)]})
    with client_of(door, sender.read) as reader:
        first = reader.get("/v1/verdicts", params={"limit": 3}).json()
        second = reader.get("/v1/verdicts", params={"limit": 3, "after": first["next"]}).json()

    assert (len(first["verdicts"]), len(second["verdicts"]), second["next"]) == (3, 2, None)
    assert len({each["id"] for each in first["verdicts"] + second["verdicts"]}) == 5


def test_a_list_is_narrowed(door: Door, sender: Sender, client: httpx.Client) -> None:
    """By outcome and by the kind of fault."""
    message = search()
    conflict = {**message, "properties": {"query": "teapot", "results_count": 1}}
    client.post("/v1/batch", json={"batch": [message, conflict, search(type="x"), 7]})

    found = {
        name: [each["outcome"] for each in verdicts(door, sender, **{name: value})]
        for name, value in (("outcome", "conflict"), ("fault", "malformed"), ("settled", "true"))
    }

    assert found == {
        "outcome": ["conflict"],
        "fault": ["rejected"],
        "settled": ["conflict", "rejected", "rejected"],
    }


def test_nobody_sees_another_source_s(door: Door, sender: Sender, client: httpx.Client) -> None:
    """A read key is for its own source; an admin's sees all, or one that it names."""
    other = door.sender()
    client.post("/v1/track", json=search(type=None, userId=None))

    with client_of(door, other.read) as reader:
        own, named = reader.get("/v1/verdicts"), reader.get("/v1/verdicts", params={"source": sender.name})
        report = reader.get("/v1/reports/ingest", params={"source": sender.name})
    with client_of(door, other.admin) as admin:
        all_of_it = admin.get("/v1/verdicts", params={"source": sender.name}).json()["verdicts"]

    assert (own.json()["verdicts"], named.status_code, report.status_code) == ([], 403, 403)
    assert (named.json()["code"], named.json()["field"]) == ("forbidden", "source")
    assert [each["source"] for each in all_of_it] == [sender.name]


def test_a_sender_asks_for_one_message(client: httpx.Client) -> None:
    """By the id that it was sent under: where its event lies on the log, or why there is none; or else 404."""
    good, bad = search(), search(userId=None)
    stored = client.post("/v1/track", json=good).json()
    client.post("/v1/track", json=bad)

    found = client.get(f"/v1/verdicts/{good['messageId']}")
    refused = client.get(f"/v1/verdicts/{bad['messageId']}")
    unknown = client.get("/v1/verdicts/never-sent")

    (place,) = found.json()["events"]
    assert (found.status_code, found.json()["stored"], found.json()["verdicts"]) == (HTTPStatus.OK, True, [])
    assert [{name: place[name] for name in ("id", "partition", "offset")}] == stored["events"]
    assert (refused.json()["stored"], [each["field"] for each in refused.json()["verdicts"]]) == (False, ["userId"])
    assert "body" not in refused.json()["verdicts"][0], "a write key may stand in a web page"
    assert (unknown.status_code, unknown.json()["code"]) == (HTTPStatus.NOT_FOUND, "not_found")


def test_a_native_event_is_found_by_its_own_id(sender: Sender, client: httpx.Client) -> None:
    """Whatever characters it has: the rest of the path is the id."""
    document = event(sender.name, id=f"{sender.name}:a/b?c=%20#ü")
    client.post("/v1/events", json=document)

    answer = client.get(f"/v1/verdicts/{sender.name}:a%2Fb%3Fc=%2520%23%C3%BC", params={"subject": document["subject"]})

    assert [each["id"] for each in answer.json()["events"]] == [document["id"]]


def test_what_is_mended_and_redriven_counts_once(door: Door, sender: Sender, client: httpx.Client) -> None:
    """It is on the log then, however often it is redriven, and no longer listed among what is open."""
    bad = search("kettle", properties={"query": "kettle", "results_count": "none"})
    number = client.post("/v1/track", json=bad).json()["verdict"]
    mended = json.dumps({**bad, "properties": {"query": "kettle", "results_count": 0}}).encode()

    as_it_was = redrive(door.connection, door.log(), number)
    results = [redrive(door.connection, door.log(), number, mended) for _ in range(3)]

    assert (as_it_was.events, "results_count" in as_it_was.reason) == ((), True)
    assert [result.before for result in results] == [False, True, True]
    assert [each["id"] for each in door.stored(sender.name)] == [f"{sender.name}:{bad['messageId']}"]
    assert verdicts(door, sender) == []
    (settled,) = verdicts(door, sender, settled=True)
    assert settled["events"] == [f"{sender.name}:{bad['messageId']}"]
    assert client.get(f"/v1/verdicts/{bad['messageId']}").json()["stored"] is True


@pytest.mark.parametrize("path", ["/v1/track", "/v1/batch"])
def test_what_a_plan_blocks_is_as_good_as_new_when_it_is_redriven(door: Door, path: str) -> None:
    """What the request said beside the message is kept with it: its type, its id, and the sender's clock."""
    planned = door.sender(plan=PLAN)
    sent_at = "2026-03-01T09:00:00Z"  # a clock that is far off
    blocked = search(type=None, messageId=None, event="Kettle Admired", timestamp=sent_at)
    with client_of(door, planned.write) as client:
        if path == "/v1/track":
            answer = client.post(path, json={**blocked, "sentAt": sent_at}).json()
        else:
            body = {"batch": [{**blocked, "type": "track"}], "sentAt": sent_at}
            (answer,) = client.post(path, json=body).json()["verdicts"]
    door.connection.execute("UPDATE ingest.source SET plan = '' WHERE name = %s", [planned.name])

    redriven = redrive(door.connection, door.log(), answer["verdict"])

    (stored,) = door.stored(planned.name)
    assert (answer["code"], redriven.reason, stored["data"]["name"]) == ("unplanned", "", "Kettle Admired")
    assert redriven.events == [f"{planned.name}:{answer['messageId']}"]
    assert abs((datetime.fromisoformat(stored["time"]) - datetime.now(UTC)).total_seconds()) < 120


def test_what_came_is_counted(door: Door, sender: Sender, client: httpx.Client) -> None:
    """By day, type and outcome, duplicates too; a moment later, since counts are written down every second."""
    message = search()
    client.post("/v1/batch", json={"batch": [message, message, search(), search(type="x")]})
    expected = {
        ("regulars.search.performed.v2", "stored", 2),
        ("regulars.search.performed.v2", "duplicate", 1),
        ("unread", "rejected", 1),
    }

    def counted() -> set[tuple[str, str, int]]:
        with client_of(door, sender.read) as reader:
            rows = reader.get("/v1/reports/ingest", params={"since": str(date(2026, 1, 1))}).json()["tallies"]
        return {(row["type"], row["outcome"], row["events"]) for row in rows}

    door.running.wait_until(lambda: counted() == expected)


def test_what_does_not_keep_to_its_plan_is_a_report(door: Door) -> None:
    """An unplanned type is turned away, an unplanned field is let in and flagged; both are counted."""
    planned = door.sender(plan=PLAN)
    messages = [search(), search(context={"sessionId": "s-1"}), search(event="Kettle Admired")]
    with client_of(door, planned.write) as client:
        answer = client.post("/v1/batch", json={"batch": messages}).json()

    expected = {
        ("regulars.search.performed.v2", "session", "flagged", 1),
        ("regulars.search.performed.v2", "result_count", "flagged", 2),
        ("regulars.visit.interaction_recorded.v1", "", "blocked", 1),
    }
    seen: list[set[tuple[str, str, str, int]]] = []

    def reported() -> bool:
        with client_of(door, planned.read) as reader:
            rows = reader.get("/v1/reports/tracking-plan").json()["violations"]
        seen.append({(row["type"], row["field"], row["action"], row["events"]) for row in rows})
        return bool(seen[-1])

    door.running.wait_until(reported)
    assert (answer["accepted"], answer["rejected"], answer["verdicts"][0]["code"]) == (2, 1, "unplanned")
    assert seen[-1] <= expected
    assert ("regulars.visit.interaction_recorded.v1", "", "blocked", 1) in seen[-1]
