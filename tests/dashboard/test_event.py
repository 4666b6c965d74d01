"""An event's page: where every figure leads in the end."""

import pytest

from services.access.roles import Role
from services.views.links import customer_href
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import NORTH, SOUTH, Person
from tests.dashboard.test_looks import looks_of

RAISED = """
SELECT partition, "offset" FROM journal.event WHERE subject = %s AND type = 'regulars.complaint.raised.v1'
   AND convert_from(value, 'UTF8')::jsonb -> 'data' ->> 'complaint' = %s
"""
PUBLISHED = """
SELECT partition, "offset" FROM journal.event WHERE type = 'regulars.operation.policy_published.v1' LIMIT 1
"""


def complaint_of(dashboard: Dashboard, person: Person) -> str:
    """Return where the complaint of somebody lies."""
    partition, offset = dashboard.connection.execute(RAISED, [person.subject, person.complaint]).fetchall()[-1]
    return f"/events/{partition}/{offset}"


def test_an_event_is_shown_with_its_envelope_its_data_and_its_bytes(dashboard: Dashboard, browsing: Browsing) -> None:
    """Who, what, when it happened and was recorded, what it says, and the bytes as the log holds them."""
    at = complaint_of(dashboard, NORTH)

    document = browsing().get(f"{at}.json").json()
    read = Html(browsing().get(at).text)

    assert document["event"]["subject"] == NORTH.subject
    assert document["event"]["type"] == "regulars.complaint.raised.v1"
    assert document["data"]["complaint"] == NORTH.complaint
    assert document["event"]["recorded_at"] > document["event"]["time"]
    value = dashboard.connection.execute("SELECT value FROM journal.event WHERE id = %s", [document["event"]["id"]])
    assert document["raw"].encode() == bytes(value.fetchall()[0][0])
    assert read.texts("pre") == [" ".join(document["raw"].split())]
    assert customer_href(NORTH.subject) in {link.attributes["href"] for link in read.all("a")}


def test_an_event_says_what_became_of_it(dashboard: Dashboard, browsing: Browsing) -> None:
    """Each projection that folds it, with the row that it touched; and what happened around it."""
    document = browsing().get(f"{complaint_of(dashboard, NORTH)}.json").json()

    folded = {row["name"]: row["rows"] for row in document["tables"]["projections"] if row["state"] == "folded"}
    assert folded["complaint_cases"] == [f"{NORTH.subject} · {NORTH.complaint}"]
    sides = [row["side"] for row in document["tables"]["neighbours"]]
    assert sides == ["before"] * 3 + ["after"] * 3
    times = [row["time"] for row in document["tables"]["neighbours"]]
    assert times == sorted(times)


def test_a_parked_event_says_why(dashboard: Dashboard, browsing: Browsing) -> None:
    """Where a projection could not fold it, its page says so, and leads to the dead letter."""
    at = complaint_of(dashboard, SOUTH)
    partition, offset = at.split("/")[-2:]
    park = """
    INSERT INTO engine.dead_letter (log_id, partition, "offset", fault, field, reason, value, missed)
    SELECT (SELECT log_id FROM journal.identity), partition, "offset", 'fold', 'data.text', 'was broken by hand', value,
           (SELECT array_agg(table_name) FROM engine.projection WHERE name = 'complaint_cases' AND state = 'live')
      FROM journal.event WHERE partition = %s AND "offset" = %s
    """
    dashboard.connection.execute(park, [partition, offset])
    try:
        read = Html(browsing().get(at).text)
    finally:
        dashboard.connection.execute("DELETE FROM engine.dead_letter WHERE reason = 'was broken by hand'")

    assert "Parked" in read.text
    assert "data.text: was broken by hand" in read.text
    assert f"/dead-letters/{partition}@{offset}" in {link.attributes["href"] for link in read.all("a")}


@pytest.mark.parametrize("suffix", ["", ".json", ".csv"])
def test_staff_see_events_of_their_customers_alone(dashboard: Dashboard, browsing: Browsing, suffix: str) -> None:
    """One of the north sees the complaint of the north, and neither that of the south nor what the house says."""
    client = browsing(Role.STAFF, "north")
    rule = dashboard.connection.execute(PUBLISHED).fetchall()[0]
    own, other = (complaint_of(dashboard, person) for person in (NORTH, SOUTH))

    statuses = [client.get(f"{at}{suffix}").status_code for at in (own, other, "/events/{}/{}".format(*rule))]

    assert statuses == [200, 403, 403]
    assert browsing(Role.VIEWER).get(f"{own}{suffix}").status_code == 403


def test_a_place_without_an_event_is_said(browsing: Browsing) -> None:
    """Another partition, an offset to come, and what is no number: each in a sentence."""
    client = browsing()

    missing = [client.get(f"/v1/events/{place}") for place in ("0/99999999", "99/0")]
    wrong = client.get("/v1/events/0/x")

    assert [each.status_code for each in missing] == [404, 404]
    assert "There is no event at p99@0" in missing[1].json()["message"]
    assert (wrong.status_code, wrong.json()["field"]) == (422, "offset")


def test_a_look_at_an_event_of_a_customer_is_written_down(dashboard: Dashboard) -> None:
    """By page, JSON and CSV, as one at that customer; at what the house says of itself, as one at who is around it."""
    rule = dashboard.connection.execute(PUBLISHED).fetchall()[0]
    with dashboard.client(Role.MANAGER, (), "event-looker") as client:
        for suffix in ("", ".json", ".csv"):
            client.get(f"{complaint_of(dashboard, NORTH)}{suffix}")
            client.get("/events/{}/{}{}".format(*rule, suffix))

    seen = {(who, "event", how) for who in (NORTH.subject, "user:event-looker") for how in ("page", "json", "csv")}
    assert looks_of(dashboard, "event-looker") == seen
