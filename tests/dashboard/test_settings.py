"""Settings: policies, playbooks, users, webhooks and channels, changed in place by admins alone."""

from datetime import timedelta
from secrets import token_hex

import httpx
import pytest

from services.access import links, users
from services.access.roles import Role
from services.checklists.reading import SHIPPED
from services.house.clock import clock_of
from services.outgoing import channels, endpoints, keeping
from tests.dashboard.conftest import Browsing
from tests.dashboard.posting import notes, once, post
from tests.dashboard.served import Dashboard

POLICIES, PLAYBOOKS, USERS, OUTGOING = "/settings", "/settings/playbooks", "/settings/users", "/settings/outgoing"
DELIVERY = """
INSERT INTO outgoing.delivery (state, channel, target, what, recipient, title, payload, key, message_id, made_at,
                               tries, next_try_at)
SELECT 'dead', 'webhook', 'webhook:gone', 'a test', '', '', '', %(key)s, %(key)s, now(), 12, now()
RETURNING id
"""
PLAYBOOK = """
name: {name}
title: After a test
trigger:
  event: regulars.order.placed
steps:
  - name: call
    title: Call them
    within: 2d
    who: shop
"""


def rows(client: httpx.Client, path: str, table: str, **asked: str) -> list[dict[str, object]]:
    """Return the rows of one of a page's tables."""
    found: list[dict[str, object]] = client.get(f"{path}.json", params=asked).json()["tables"][table]
    return found


def test_a_policy_is_published_version_by_version_and_shown_by_date(dashboard: Dashboard, browsing: Browsing) -> None:
    """What is published holds from now or from a day on; of a day before, the page shows what held then."""
    client, name = browsing(), f"complaint_promise.{token_hex(3)}"
    tomorrow = (clock_of(dashboard.connection).now() + timedelta(days=1)).date()

    def held(**asked: str) -> list[object]:
        return [row["content"] for row in rows(client, POLICIES, "policies", **asked) if row["policy"] == name]

    first, _ = post(client, "/settings/policies", POLICIES, name=name, content="hours: 10\r\n", since="")
    later, _ = post(client, "/settings/policies", POLICIES, name=name, content="hours: 12", since=tomorrow.isoformat())
    dashboard.catch_up()

    assert (first, later) == (303, 303)
    assert held() == [{"hours": "10"}]
    assert held(on=tomorrow.isoformat()) == [{"hours": "12"}]
    assert held(on="2010-12-05") == []
    assert [row["content"] for row in rows(client, POLICIES, "to_come") if row["policy"] == name] == [{"hours": "12"}]

    ended, _ = post(client, "/settings/policies/withdraw", POLICIES, name=name)
    dashboard.catch_up()
    assert (ended, held()) == (303, [])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("nonsense", "content: 'nonsense' is no setting"),
        ("answered: never", "is no setting of a promise"),
        ("", "content: it says nothing"),
    ],
)
def test_a_policy_with_a_mistake_is_refused(browsing: Browsing, content: str, sentence: str) -> None:
    """Nothing is published, and what was typed stays."""
    said = {"name": "complaint_promise", "content": content, "since": ""}

    status, page = post(browsing(), "/settings/policies", POLICIES, form="policy-new", **said)

    assert status == 422
    assert sentence in page.text
    assert content in [text.strip() for text in page.texts("textarea")]


def test_playbooks_are_published_and_withdrawn(dashboard: Dashboard, browsing: Browsing) -> None:
    """A shipped one, and one that was written; one with a mistake is refused with where it is."""
    client, name = browsing(), f"after_{token_hex(3)}"

    written, _ = post(client, PLAYBOOKS, PLAYBOOKS, text=PLAYBOOK.format(name=name).replace("\n", "\r\n"))
    shipped, _ = post(client, f"{PLAYBOOKS}/shipped", PLAYBOOKS, name=SHIPPED[0])
    wrong, page = post(client, PLAYBOOKS, PLAYBOOKS, form="playbook", text="name: x\nnonsense: y\n")
    dashboard.catch_up()
    in_force = {row["name"] for row in rows(client, PLAYBOOKS, "playbooks")}
    ended, _ = post(client, f"{PLAYBOOKS}/withdraw", PLAYBOOKS, name=name)
    dashboard.catch_up()

    assert (written, shipped, wrong, ended) == (303, 303, 422, 303)
    assert {name, SHIPPED[0]} <= in_force
    assert name not in {row["name"] for row in rows(client, PLAYBOOKS, "playbooks")}
    assert "nonsense" in notes(page)


def test_a_user_is_added_with_a_link_that_is_shown_once(dashboard: Dashboard, browsing: Browsing) -> None:
    """The link opens; it stands on no page afterwards. Staff need a store."""
    client, name = browsing(), f"user-{token_hex(3)}"
    said = {"name": name, "shown_as": "Una Berg", "email": "", "role": "staff"}

    refused, wrong = post(client, USERS, USERS, form="add-user", stores="", **said)
    _, page = post(client, USERS, USERS, form="add-user", stores="north, south", **said)
    link = once(page)

    assert refused == 422
    assert "name at least one store" in notes(wrong)
    now = dashboard.connection.execute("SELECT now()").fetchall()[0][0]
    assert links.user_of(dashboard.connection, link.removeprefix(f"{dashboard.url}/welcome/"), now) == name
    assert client.get(link).status_code == 200
    assert link not in client.get(USERS).text
    (row,) = [row for row in rows(client, USERS, "users") if row["name"] == name]
    assert (row["stores"], row["state"]) == (["north", "south"], "invited")


def test_a_user_is_changed_signed_out_and_let_in_no_more(dashboard: Dashboard, browsing: Browsing) -> None:
    """Their session ends within seconds; the only admin stays one."""
    client, name = browsing(), f"user-{token_hex(3)}"
    dashboard.client(Role.VIEWER, (), name).close()
    at = f"{USERS}/{name}"

    changed, _ = post(client, f"{at}/change", USERS, role="manager", shown_as="Max", email="", stores="")
    ended, page = post(client, f"{at}/sign-out", USERS)
    disabled, _ = post(client, f"{at}/disable", USERS)

    user = users.user_named(dashboard.connection, name)
    assert (changed, ended, disabled) == (303, 303, 303)
    assert (user.role, user.shown_as, user.disabled_at is None) == (Role.MANAGER, "Max", False)
    assert f"1 session of {name} ended." in notes(page)
    again, _ = post(client, f"{at}/enable", USERS)
    assert (again, users.user_named(dashboard.connection, name).disabled_at) == (303, None)


def test_webhooks_and_channels_are_added_and_removed(dashboard: Dashboard, browsing: Browsing) -> None:
    """A webhook's secret is shown once; a channel's URL never, nor what a webhook's query holds."""
    client, hook, mail = browsing(), f"hook-{token_hex(3)}", f"mail-{token_hex(3)}"
    url = "mailtos://u:the-password@smtp.example.com?from=a@example.com&to={address}"

    _, page = post(client, "/settings/webhooks", OUTGOING, name=hook, url="https://example.com/h?key=abc", types="*")
    secret = once(page)
    refused, wrong = post(client, "/settings/webhooks", OUTGOING, name="inner", url="http://10.0.0.1/", types="*")
    added, _ = post(client, "/settings/channels", OUTGOING, name=mail, kind="email", audience="customer", url=url)
    shown = client.get(OUTGOING).text + client.get(f"{OUTGOING}.json").text
    removed = {
        post(client, f"/settings/{kind}/remove", OUTGOING)[0] for kind in (f"webhooks/{hook}", f"channels/{mail}")
    }

    assert secret.startswith("whsec_")
    assert (refused, added, removed) == (422, 303, {303})
    assert "has to begin with https://" in notes(wrong)
    assert hook in shown
    assert not [each for each in (secret, "the-password", "key=abc") if each in shown]
    assert hook not in {each.name for each in endpoints.endpoints(dashboard.connection)}
    assert mail not in {each.name for each in channels.channels(dashboard.connection)}


def test_a_delivery_that_was_given_up_is_sent_again(dashboard: Dashboard, browsing: Browsing) -> None:
    """It waits then, with the id that it had; what waits already is left."""
    ((number,),) = dashboard.connection.execute(DELIVERY, {"key": token_hex(6)}).fetchall()
    client, path = browsing(), f"/settings/deliveries/{number}/redeliver"

    dead = [row["id"] for row in rows(client, OUTGOING, "deliveries", state="dead")]
    status, page = post(client, path, OUTGOING)
    again, _ = post(client, path, OUTGOING)

    found = keeping.delivery(dashboard.connection, number)
    assert number in dead
    assert (status, again) == (303, 422)
    assert f"Delivery {number} will be sent again." in notes(page)
    assert found is not None
    assert found["state"] == "waiting"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_nobody_else_sees_or_changes_settings(browsing: Browsing, role: Role) -> None:
    """Neither the pages nor what their forms do."""
    client = browsing(role, *(("north",) if role is Role.STAFF else ()))
    forms = (
        "/settings/policies",
        PLAYBOOKS,
        USERS,
        "/settings/webhooks",
        "/settings/channels",
        f"{USERS}/admin/disable",
    )

    shown = {
        client.get(f"{path}{suffix}").status_code for path in (POLICIES, USERS, OUTGOING) for suffix in ("", ".csv")
    }
    done = {post(client, path, "/projections", name="x", role="admin", content="a: b", url="x")[0] for path in forms}

    assert (shown, done) == ({403}, {403})
