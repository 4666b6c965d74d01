"""Looks at a customer by the api are told, with who and how; without a row nobody looks."""

import json
from typing import Any

import httpx
import pytest

from events.catalog.visits import VisitStarted
from events.envelope import Envelope
from projections import PROJECTIONS
from projections._engine.projector import make_log_views, stored
from services.access.roles import Role
from tests.projections.engine.tables import pump
from tests.services.access.conftest import NOW
from tests.services.access.house import resident, signed_in
from tests.services.ingest.doors import Door, client_of

PATH = "/v1/customers/customer:looked-at"
LOOKS = """
SELECT convert_from(state, 'UTF8') FROM access.said
 WHERE event_id LIKE 'access:look:%%' AND convert_from(state, 'UTF8') LIKE %s ORDER BY id
"""


@pytest.fixture(scope="module")
def shop(door: Door) -> Door:
    """Return the house, with a customer in it."""
    fact = Envelope(id="v-1", source="urn:test", time=NOW, subject="customer:looked-at", data=VisitStarted())
    door.log().append([fact])
    make_log_views(door.connection, PROJECTIONS)
    pump(door.log(), door.installation.connect, stored(PROJECTIONS))
    return door


def looks(door: Door, actor: str) -> list[dict[str, Any]]:
    """Return what was told of the looks of somebody."""
    rows = door.connection.execute(LOOKS, [f'%"actor":"{actor}"%']).fetchall()
    return [json.loads(row)["data"] for (row,) in rows]


def test_a_look_by_the_api_is_told_once_a_minute(shop: Door) -> None:
    """With the section that was asked for, and the past; what is not known of anybody is no look."""
    resident(shop, "lena")
    with signed_in(shop, "lena") as client:
        statuses = [
            client.get(path).status_code for path in (PATH, PATH, f"{PATH}/profile", "/v1/customers/customer:no")
        ]
        client.get(PATH, params={"known_at": "2026-01-01T00:00:00Z"})

    told = looks(shop, "lena")
    assert statuses == [200, 200, 200, 404]
    assert {(each["what"], each["how"], each["role"]) for each in told} == {
        ("customer", "json", "manager"),
        ("profile", "json", "manager"),
    }
    assert len(told) <= 4, "twice where the minute was over in between"


def test_a_look_of_a_programme_is_told_under_its_key(shop: Door) -> None:
    """By the id of the key, which may be shown."""
    with client_of(shop, shop.sender().admin) as client:
        assert client.get(PATH).status_code == 200

    row = shop.connection.execute(LOOKS, ['%"how":"key"%']).fetchall()[0][0]
    assert json.loads(row)["data"]["actor"].startswith("key:")


@pytest.mark.parametrize(("role", "stores"), [(Role.VIEWER, ()), (Role.STAFF, ("leeds",))])
def test_who_may_not_look_is_told_so_and_has_not_looked(shop: Door, role: Role, stores: tuple[str, ...]) -> None:
    """A role that sees figures alone, and staff of a store to which they never came."""
    name = f"{role}-who-looks"
    resident(shop, name, role, stores=stores)
    with signed_in(shop, name) as client:
        answer: httpx.Response = client.get(PATH)

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert looks(shop, name) == []
