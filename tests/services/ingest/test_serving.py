"""The front door as a process: what it answers while what it needs is away, and that it goes on by itself."""

import socket
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus
from threading import Event

import pytest

from services.api.serving import serve_until_stopped
from services.settings import InstallationError, Settings
from tests.services.ingest.doors import Door, Sender, client_of, open_door
from tests.services.ingest.messages import event, search
from tests.services.running import Told, away


@pytest.fixture
def settings(database: str) -> Settings:
    """Return the settings of a door with a database of its own, on a journal."""
    return Settings(postgres=database, api=("127.0.0.1", 0))


@pytest.fixture
def own_door(settings: Settings) -> Iterator[Door]:
    """Return a front door that this test alone uses."""
    with open_door(settings, senders=1) as opened:
        yield opened


@pytest.fixture
def own_sender(own_door: Door) -> Sender:
    """Return who sends to it."""
    return own_door.sender()


def test_it_acknowledges_nothing_while_the_database_is_away(
    own_door: Door, own_sender: Sender, database: str, postgres: str
) -> None:
    """503, with when to try again, also for a key that it cannot look up; afterwards it takes the same, once."""
    good, bad, native = search(), search(userId=None), event(own_sender.name)
    with client_of(own_door, own_sender.write) as client, client_of(own_door, own_sender.read) as reader:
        with away(database, postgres):
            refused = [
                client.post("/v1/track", json=good),
                client.post("/v1/batch", json={"batch": [good, bad]}),
                client.post("/v1/batch", json={"batch": [bad]}),
                client.post("/v1/events", json=native),
                client.post("/v1/track", json=good, auth=("never-seen-before", "")),
                client.get(f"/v1/verdicts/{good['messageId']}"),
                reader.get("/v1/verdicts"),
                reader.get("/v1/reports/ingest"),
            ]
        own_door.running.wait_until(lambda: client.post("/v1/batch", json={"batch": [good, bad]}).status_code == 200)
        own_door.running.wait_until(lambda: client.post("/v1/events", json=native).status_code == 200)
        again = client.post("/v1/batch", json={"batch": [good, bad]}).json()
        unknown = client.post("/v1/track", json=good, auth=("never-seen-before", ""))

    assert [answer.status_code for answer in refused] == [HTTPStatus.SERVICE_UNAVAILABLE] * 8
    assert {(answer.json()["code"], answer.headers["Retry-After"]) for answer in refused} == {("unavailable", "1")}
    assert (again["duplicates"], again["rejected"], unknown.status_code) == (1, 1, HTTPStatus.UNAUTHORIZED)
    own_door.connection = own_door.installation.connect("tests")
    assert sorted(own_door.connection.execute("SELECT id FROM journal.event").fetchall()) == sorted(
        [(f"{own_sender.name}:{good['messageId']}",), (native["id"],)]
    )
    assert own_door.connection.execute("SELECT count(*) FROM ingest.verdict").fetchone() == (1,)


def test_what_was_stored_before_it_began_counts_once(settings: Settings) -> None:
    """Another process, or the same one after a restart, does not remember: the log itself knows the ids."""
    message = search()
    with open_door(settings, senders=1) as first:
        sender = first.sender()
        with client_of(first, sender.write) as client:
            stored = client.post("/v1/track", json=message).json()
    with open_door(settings, senders=0) as second, client_of(second, sender.write) as client:
        again = client.post("/v1/track", json=message).json()
        other = client.post("/v1/track", json={**message, "properties": {"query": "teapot", "results_count": 0}})

    assert (stored["outcome"], again["outcome"], other.json()["outcome"]) == ("stored", "duplicate", "conflict")
    assert again["events"] == stored["events"], "where the first one lies"


def test_a_taken_address_is_a_sentence(settings: Settings) -> None:
    """It names the setting and the address, and nothing else is tried."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        own = Settings(postgres=settings.postgres, api=("127.0.0.1", port))

        with pytest.raises(InstallationError, match=rf"REGULARS_API is 127\.0\.0\.1:{port}, and nothing can be served"):
            serve_until_stopped(own, Event(), Told())
