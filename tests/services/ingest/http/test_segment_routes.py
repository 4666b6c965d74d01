"""Segment's routes: what is answered with 200 is on the log once, and the rest is kept with the reason."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from tests.services.ingest.doors import Door, Sender, client_of
from tests.services.ingest.messages import Message, search

BAD: list[Message] = [
    search(properties={"query": "kettle", "results_count": "many"}),
    search(userId=None, anonymousId=None),
    search(type="purchase"),
]


def post(client: httpx.Client, messages: list[Message], **fields: object) -> dict[str, Any]:
    """Send a batch, and return the answer, which is exactly 200."""
    answer = client.post("/v1/batch", json={"batch": messages, **fields})
    assert answer.status_code == HTTPStatus.OK
    found: dict[str, Any] = answer.json()
    return found


def test_three_bad_ones_of_a_hundred_are_three(door: Door, sender: Sender, client: httpx.Client) -> None:
    """97 are on the log, and the answer is the 200 that clients expect; the three are named, with field and reason."""
    messages = [search() for _ in range(97)]
    for place, message in zip((5, 50, 99), BAD, strict=True):
        messages.insert(place, message)

    answer = post(client, messages)

    counts = {name: answer[name] for name in ("success", "received", "accepted", "duplicates", "ignored", "rejected")}
    assert counts == {
        "success": False,
        "received": 100,
        "accepted": 97,
        "duplicates": 0,
        "ignored": 0,
        "rejected": 3,
    }
    told = [(each["index"], each["messageId"], each["outcome"], each["field"]) for each in answer["verdicts"]]
    assert told == [
        (5, BAD[0]["messageId"], "rejected", "properties.results_count"),
        (50, BAD[1]["messageId"], "rejected", "userId"),
        (99, BAD[2]["messageId"], "rejected", "type"),
    ]
    assert all(each["message"].startswith(f"{each['field']}: ") for each in answer["verdicts"])
    assert len(door.stored(sender.name)) == 97


def test_the_positions_say_where_a_reader_has_seen_it(door: Door, client: httpx.Client) -> None:
    """Who has read each partition up to there has seen everything that was accepted."""
    answer = post(client, [search() for _ in range(30)])

    ends = door.log().ends()
    assert {int(partition): at for partition, at in answer["positions"].items()} == {
        partition: at for partition, at in ends.items() if str(partition) in answer["positions"]
    }


def test_what_is_sent_again_counts_once(door: Door, sender: Sender, client: httpx.Client) -> None:
    """The same messages are duplicates, which are good news and visible; also within one batch."""
    messages = [search() for _ in range(5)]

    first = post(client, [*messages, messages[0]])
    second = post(client, messages)

    assert (first["accepted"], first["duplicates"], first["success"]) == (6, 1, True)
    assert (second["accepted"], second["duplicates"], second["success"]) == (5, 5, True)
    assert [each["outcome"] for each in second["verdicts"]] == ["duplicate"] * 5
    assert len(door.stored(sender.name)) == 5


def test_an_id_that_says_something_else_is_a_conflict(door: Door, sender: Sender, client: httpx.Client) -> None:
    """The first one stays; the other is reported and kept, in a batch and alone."""
    message = search("kettle")
    other = {**message, "properties": {"query": "teapot", "results_count": 3}}

    post(client, [message])
    batch = post(client, [other])
    single = client.post("/v1/track", json=other)

    (verdict,) = batch["verdicts"]
    assert (verdict["outcome"], verdict["code"], verdict["messageId"]) == ("conflict", "conflict", message["messageId"])
    assert (single.status_code, single.json()["outcome"]) == (HTTPStatus.CONFLICT, "conflict")
    assert [each["data"]["query"] for each in door.stored(sender.name)] == ["kettle"]
    with client_of(door, sender.read) as reader:
        kept = reader.get("/v1/verdicts", params={"outcome": "conflict"}).json()["verdicts"]
    assert {each["message_id"] for each in kept} == {message["messageId"]}
    assert all("teapot" in each["body"] for each in kept)


def test_an_id_is_of_its_source(door: Door, client: httpx.Client, sender: Sender) -> None:
    """Two sources may use the same ids for different things."""
    other, message = door.sender(), search()

    post(client, [message])
    with client_of(door, other.write) as second:
        answer = post(second, [{**message, "event": "Kettle Admired"}])

    assert (answer["accepted"], answer["duplicates"], answer["rejected"]) == (1, 0, 0)
    assert (len(door.stored(sender.name)), len(door.stored(other.name))) == (1, 1)


@pytest.mark.parametrize("skew", [timedelta(days=-400), timedelta(hours=-2), timedelta(hours=3, seconds=20)])
def test_a_wrong_clock_is_put_right(door: Door, sender: Sender, client: httpx.Client, skew: timedelta) -> None:
    """What the sender's clock showed when the message left, less ours, corrects when it happened, in whole minutes."""
    happened = datetime.now(UTC) - timedelta(minutes=30)
    message = search(timestamp=(happened + skew).isoformat())

    post(client, [message], sentAt=(datetime.now(UTC) + skew).isoformat())

    (stored,) = door.stored(sender.name)
    assert abs(datetime.fromisoformat(stored["time"]) - happened) < timedelta(minutes=1)
    assert (datetime.fromisoformat(stored["time"]) - happened - skew) % timedelta(minutes=1) == timedelta()


def test_a_clock_that_is_nearly_right_corrects_nothing(door: Door, sender: Sender, client: httpx.Client) -> None:
    """Below a minute the difference may be the way, and the time stays as the sender wrote it."""
    message = search(timestamp="2026-03-01T10:00:00Z")

    post(client, [message], sentAt=(datetime.now(UTC) - timedelta(seconds=40)).isoformat())

    assert [each["time"] for each in door.stored(sender.name)] == ["2026-03-01T10:00:00Z"]


def test_a_message_that_leaves_again_later_is_the_same(door: Door, sender: Sender, client: httpx.Client) -> None:
    """Libraries stamp the body anew, or each message, and count how often they sent it: a duplicate all the same."""
    message = search()
    behind = datetime.now(UTC) - timedelta(hours=2)
    later = behind + timedelta(seconds=8)

    answers = [
        post(client, [message], sentAt=behind.isoformat()),
        post(client, [message], sentAt=later.isoformat()),
        post(client, [message], sentAt=None),
    ]
    stamped = search(_metadata={"retryCount": 1})
    answers += [
        post(client, [{**stamped, "sentAt": behind.isoformat()}]),
        post(client, [{**stamped, "sentAt": later.isoformat(), "_metadata": {"retryCount": 2}}]),
    ]

    assert [(each["duplicates"], each["rejected"]) for each in answers] == [(0, 0), (1, 0), (1, 0), (0, 0), (1, 0)]
    assert len(door.stored(sender.name)) == 2


@pytest.mark.parametrize("anonymous", [None, ""])
def test_an_anonymous_id_may_be_null(door: Door, sender: Sender, client: httpx.Client, anonymous: str | None) -> None:
    """As the libraries for servers send it; the customer is then all that is known."""
    message = {**search(userId="42"), "anonymousId": anonymous}

    answer = post(client, [message])

    assert (answer["accepted"], answer["rejected"]) == (1, 0)
    assert [each["subject"] for each in door.stored(sender.name)] == ["customer:42"]


def test_a_message_without_an_id_is_given_one(door: Door, sender: Sender, client: httpx.Client) -> None:
    """It cannot be told from another of the same content, so both count."""
    message = search(messageId=None)

    answers = [client.post("/v1/track", json=message).json() for _ in range(2)]

    assert [each["outcome"] for each in answers] == ["stored", "stored"]
    assert len({each["messageId"] for each in answers}) == 2
    assert len(door.stored(sender.name)) == 2


@pytest.mark.parametrize("kind", ["track", "identify", "page", "screen", "group", "alias"])
def test_a_route_says_the_type(door: Door, sender: Sender, client: httpx.Client, kind: str) -> None:
    """Each type has a route of its own, where a message need not name it; what it holds is stored as from a batch."""
    fields: dict[str, Any] = {
        "event": "Kettle Admired",
        "groupId": "club",
        "previousId": "a-7",
        "traits": {"language": "en"},
        "name": "x",
    }
    message = search(userId="42", type=None, **fields)

    alone = client.post(f"/v1/{kind}", json=message)
    again = post(client, [{**message, "type": kind}])

    assert (alone.status_code, alone.json()["outcome"]) == (HTTPStatus.OK, "stored")
    assert [each["outcome"] for each in again["verdicts"]] in (["duplicate"], ["conflict"])
    assert door.stored(sender.name) != []


def test_a_single_bad_message_is_answered_with_400(door: Door, sender: Sender, client: httpx.Client) -> None:
    """With a code, the field and a sentence, and the number under which it is kept."""
    answer = client.post("/v1/track", json=BAD[0])

    document = answer.json()
    assert (answer.status_code, document["success"], document["code"]) == (
        HTTPStatus.BAD_REQUEST,
        False,
        "invalid_field",
    )
    assert (document["field"], document["verdict"] > 0) == ("properties.results_count", True)
    assert door.stored(sender.name) == []


def test_a_body_without_messages_is_kept_whole(door: Door, sender: Sender, client: httpx.Client) -> None:
    """Where none can be told apart it is answered with 400, and what came is there to be looked at."""
    body = b'{"batch": [{"type": "track"'

    answer = client.post("/v1/batch", content=body)

    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "malformed", "body")
    with client_of(door, sender.read) as reader:
        kept = reader.get("/v1/verdicts").json()["verdicts"]
    assert [(each["fault"], each["body"]) for each in kept] == [("malformed", body.decode())]


def test_too_many_messages_are_too_large(client: httpx.Client) -> None:
    """A body could hold hundreds of thousands that say nothing, and each of them would be kept."""
    answer = client.post("/v1/batch", json={"batch": [1] * 100_000})

    assert (answer.status_code, answer.json()["code"]) == (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
    assert "100000 messages" in answer.json()["message"]
