"""The desk over HTTP: who may decide, over which version, how often it counts, and what a refusal says."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx
import jsonschema
import pytest

from services.settings import Settings
from tests.services.ingest.doors import Door, Sender, client_of, database_for, open_door

ANNA = {"Regulars-Actor": "anna"}
OPEN = {"subject": "customer:42", "title": "Call them"}
NUMBERS = count(1)


@pytest.fixture(scope="module")
def door(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[Door]:
    """Return an api on an empty installation."""
    with (
        database_for(postgres, template, next(database_names)) as dsn,
        open_door(Settings(postgres=dsn, api=("127.0.0.1", 0)), senders=1) as opened,
    ):
        yield opened


@pytest.fixture(scope="module")
def sender(door: Door) -> Sender:
    """Return a source with a key of each role."""
    return door.sender()


@pytest.fixture(scope="module")
def client(door: Door, sender: Sender) -> Iterator[httpx.Client]:
    """Return a client that shows an admin key."""
    with client_of(door, sender.admin) as opened:
        yield opened


@pytest.fixture
def task(client: httpx.Client) -> str:
    """Return the path of an open task."""
    path = f"/v1/desk/task/t/{next(NUMBERS)}"
    assert client.post(f"{path}/open", json=OPEN, headers=ANNA).status_code == 200
    return path


def refused(answer: httpx.Response) -> tuple[int, str, str]:
    """Return the status, the code and the field of a refusal, which has a sentence."""
    document = answer.json()
    assert (document["success"], bool(document["message"])) == (False, True)
    return answer.status_code, document["code"], document.get("field", "")


def test_a_task_is_taken_over_the_version_that_was_seen(client: httpx.Client, task: str) -> None:
    """The ETag that was read goes into If-Match; whoever comes with an older one is told to look again."""
    seen = client.get(task)
    taken = client.post(f"{task}/take", headers={**ANNA, "If-Match": seen.headers["ETag"]})
    late = client.post(f"{task}/complete", headers={**ANNA, "If-Match": seen.headers["ETag"]})
    as_number = client.post(f"{task}/complete", params={"expected": 1}, headers=ANNA)
    anyhow = client.post(f"{task}/complete", headers={**ANNA, "If-Match": "*"})

    assert (seen.json()["version"], seen.json()["state"]["standing"], seen.headers["ETag"]) == (1, "open", '"1"')
    assert (taken.status_code, taken.json()["version"], taken.headers["ETag"]) == (200, 2, '"2"')
    assert len(taken.json()["events"]) == 1
    assert [refused(late), refused(as_number)] == [(409, "overtaken", "")] * 2
    assert anyhow.json()["version"] == 3


def test_the_history_says_who_did_what(client: httpx.Client, task: str) -> None:
    """Each fact as it reaches the log; names may have any letters."""
    client.post(f"{task}/take", headers={b"Regulars-Actor": "zoë".encode()})

    history = client.get(task, params={"history": "true"}).json()["history"]

    assert [fact["type"] for fact in history] == ["regulars.task.opened.v1", "regulars.task.assigned.v1"]
    assert (history[1]["data"]["assignee"], history[1]["data"]["by"]) == ("zoë", "zoë")


def test_a_command_counts_once_under_its_key(client: httpx.Client, task: str) -> None:
    """The same answer again, to the byte; another body under the key is refused."""
    headers = {**ANNA, "Idempotency-Key": f"k{task}"}
    first = client.post(f"{task}/assign", json={"assignee": "ben"}, headers=headers)
    client.post(f"{task}/take", headers=ANNA)

    again = client.post(f"{task}/assign", json={"assignee": "ben"}, headers=headers)
    other = client.post(f"{task}/assign", json={"assignee": "carl"}, headers=headers)

    assert (again.status_code, again.content, again.headers["ETag"]) == (200, first.content, first.headers["ETag"])
    assert refused(other) == (422, "key_reused", "Idempotency-Key")
    assert client.get(task).json()["version"] == 3


def test_a_refusal_says_which_rule_and_why(client: httpx.Client, task: str) -> None:
    """With a code for programmes; a field that is wrong is named, and so is a name that there is not."""
    none = client.post("/v1/desk/task/nobody/take", headers=ANNA)

    assert none.json()["message"] == "There is no task nobody: open it first."
    assert refused(none) == (422, "no_such_task", "")
    asked: dict[str, tuple[str, Any]] = {
        "reason": ("drop", {"reason": ""}),
        "why": ("take", {"why": "x"}),
        "assignee": ("assign", {}),
        "due_at": ("open", {**OPEN, "due_at": "2026-03-01T10:00:00"}),
        "body": ("take", []),
        "subject": ("open", {**OPEN, "subject": "nobody"}),
    }
    told = {
        name: refused(client.post(f"{task}/{word}", json=body, headers=ANNA)) for name, (word, body) in asked.items()
    }
    assert {name: field for name, (_, _, field) in told.items()} == {name: name for name in asked}
    assert {status for status, _, _ in told.values()} == {422}
    assert refused(client.post("/v1/desk/nothing/x/take", headers=ANNA)) == (404, "unknown_aggregate", "aggregate")
    assert refused(client.post(f"{task}/fly", headers=ANNA)) == (404, "unknown_command", "command")
    assert refused(client.get("/v1/desk/task/nobody")) == (404, "not_found", "name")
    assert refused(client.get("/v1/desk/nothing/x")) == (404, "unknown_aggregate", "aggregate")


@pytest.mark.parametrize("etag", ["3", '"x"', 'W/"1"', '"1", "2"', '"', '""'])
def test_an_etag_of_somebody_else_is_refused(client: httpx.Client, task: str, etag: str) -> None:
    """It would never match; to say so is kinder than a conflict."""
    answer = client.post(f"{task}/take", headers={**ANNA, "If-Match": etag})

    assert refused(answer) == (422, "invalid_field", "If-Match")


def test_who_decides_is_said_by_somebody_who_may(door: Door, sender: Sender, client: httpx.Client, task: str) -> None:
    """It takes an admin key and an actor; to read it takes a read key."""
    with client_of(door, sender.read) as reader, client_of(door) as nobody:
        assert [reader.get(path).status_code for path in (task, "/v1/desk")] == [200, 200]
        assert refused(reader.post(f"{task}/take", headers=ANNA))[:2] == (403, "forbidden")
        assert [nobody.get(task).status_code, nobody.post(f"{task}/take", headers=ANNA).status_code] == [401, 401]
    unnamed = [client.post(f"{task}/take"), client.post(f"{task}/take", headers={"Regulars-Actor": ""})]
    assert [refused(answer) for answer in unnamed] == [(422, "invalid_field", "Regulars-Actor")] * 2
    assert client.get(task).json()["version"] == 1


def test_what_can_be_asked_is_listed_with_schemas(client: httpx.Client) -> None:
    """Each aggregate with its commands in words; each schema is one, and tells a command from none."""
    listed = client.get("/v1/desk").json()["aggregates"]

    commands = {(each["name"], one["name"]): one for each in listed for one in each["commands"]}
    for one in commands.values():
        jsonschema.Draft202012Validator.check_schema(one["schema"])
        assert one["about"].endswith(".")
    opens = jsonschema.Draft202012Validator(commands["task", "open"]["schema"])
    assert opens.is_valid(OPEN)
    assert not opens.is_valid({"title": "Call them"})
    assert {("complaint", "offer-gesture"), ("promise", "keep"), ("portfolio", "open")} <= commands.keys()
