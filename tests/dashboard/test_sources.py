"""Sources: who sends, with which keys, what came of it; a key is shown once, and never again."""

from secrets import token_hex

import httpx
import pytest

from services.access.roles import Role
from services.ingest import registry, tallies
from services.ingest.source import Role as KeyRole
from tests.dashboard.conftest import Browsing
from tests.dashboard.posting import notes, once, post
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import WEB_SHOP

PAGE = "/sources"
PLAN = "types:\n  regulars.visit.page_viewed.v1: any\n"


def added(client: httpx.Client) -> tuple[str, str]:
    """Register a source by its form; return its name and its key."""
    name = f"source-{token_hex(4)}"
    status, page = post(client, PAGE, PAGE, name=name, store="north", translation="segment", rate="")
    assert status == 200, page.text
    return name, once(page)


def good(dashboard: Dashboard, key: str) -> bool:
    """Return whether a key opens the door, as the registry has it."""
    directory = registry.Directory()
    directory.refresh(dashboard.connection)
    now = dashboard.connection.execute("SELECT now()").fetchall()[0][0]
    return directory.authenticate(key, now) is not None


def test_a_source_is_added_and_its_key_is_shown_once(dashboard: Dashboard, browsing: Browsing) -> None:
    """The key opens the door; no page and no twin has it afterwards."""
    client = browsing()

    name, key = added(client)

    assert good(dashboard, key)
    for path in (PAGE, f"{PAGE}.json", f"{PAGE}.csv", f"{PAGE}/{name}", f"{PAGE}/{name}.json"):
        answer = client.get(path)
        assert name in answer.text
        assert key not in answer.text


def test_keys_are_rotated_and_revoked(dashboard: Dashboard, browsing: Browsing) -> None:
    """A rotated key is good for the overlap, and with none ends now; a revoked one opens nothing."""
    client = browsing()
    name, first = added(client)
    at = f"{PAGE}/{name}"

    _, page = post(client, f"{at}/rotate", at, role="write", overlap="0m")
    second = once(page)
    between = good(dashboard, first), good(dashboard, second)
    number = client.get(f"{at}.json").json()["tables"]["keys"][-1]["id"]
    status, told = post(client, f"{at}/keys/{number}/revoke", at)

    assert between == (False, True)
    assert status == 303
    assert f"Key {number}, a write key of {name}, opens nothing any more." in notes(told)
    assert not good(dashboard, second)
    states = [key["state"] for key in client.get(f"{at}.json").json()["tables"]["keys"]]
    assert states == ["expired", "revoked"]


def test_a_plan_with_a_mistake_is_refused_and_the_one_before_stays(dashboard: Dashboard, browsing: Browsing) -> None:
    """What was typed stays in the form, with the sentence beside it."""
    client = browsing()
    name, _ = added(client)
    at = f"{PAGE}/{name}"

    well, _ = post(client, f"{at}/change", at, form="change", store="south", rate="50", plan=PLAN.replace("\n", "\r\n"))
    refused, page = post(client, f"{at}/change", at, form="change", store="south", rate="50", plan="types: nonsense")
    wrong, numbers = post(client, f"{at}/change", at, form="change", store="south", rate="many", plan=PLAN)

    held = registry.source_named(dashboard.connection, name)
    assert (well, refused, wrong) == (303, 422, 422)
    assert held is not None
    assert (held.store, held.events_per_second, held.plan) == ("south", 50, PLAN)
    assert "tracking plan: types" in notes(page)
    assert "types: nonsense" in page.texts("textarea")
    assert "rate: 'many' is no whole number." in numbers.text


def test_what_came_of_what_it_sent_is_told(dashboard: Dashboard, browsing: Browsing) -> None:
    """By type and outcome, and what did not keep to the plan."""
    client = browsing()
    name, _ = added(client)
    day = dashboard.connection.execute("SELECT current_date").fetchall()[0][0]
    came = {(name, day, "regulars.visit.page_viewed.v1", "stored"): 41, (name, day, "unread", "rejected"): 2}
    tallies.add(dashboard.connection, came, {(name, day, "regulars.search.performed.v2", "", "flagged"): 3})

    (row,) = [each for each in client.get(f"{PAGE}.json").json()["tables"]["sources"] if each["name"] == name]
    read = Html(client.get(f"{PAGE}/{name}").text)

    assert (row["stored"], row["turned_away"], row["violations"], row["good_keys"]) == (41, 2, 3, 1)
    assert "regulars.visit.page_viewed.v1" in read.text
    assert "the whole type" in read.text


def test_a_secret_is_never_shown(dashboard: Dashboard, browsing: Browsing) -> None:
    """What its webhooks are signed with is there, and nobody reads it."""
    name = f"signed-{token_hex(4)}"
    registry.add(dashboard.connection, name, secret="the-secret-of-it")  # noqa: S106 - of a test
    registry.new_key(dashboard.connection, name, KeyRole.READ)

    told = [browsing().get(f"{path}/{name}{suffix}").text for path in (PAGE, "/v1/sources") for suffix in ("", ".csv")]

    assert "signed with a secret" in told[0]
    assert not [text for text in told if "the-secret-of-it" in text]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MANAGER, Role.AUDITOR])
def test_nobody_else_changes_a_source(dashboard: Dashboard, browsing: Browsing, role: Role) -> None:
    """Whatever form they send; nothing is shown either."""
    client, at = browsing(role), f"{PAGE}/{WEB_SHOP}"
    before = registry.source_named(dashboard.connection, WEB_SHOP)

    statuses = {
        post(client, f"{at}/{verb}", at, role="admin", store="x", overlap="0m")[0]
        for verb in ("change", "keys", "rotate")
    }

    assert statuses == {403}
    assert registry.source_named(dashboard.connection, WEB_SHOP) == before
