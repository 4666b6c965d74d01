"""Contacts in four buckets: each figure leads to the contacts that it counts."""

from secrets import token_hex

from events.catalog.contacts import Bucket, ContactAnswered, ContactReceived
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import NORTH


def asked(dashboard: Dashboard, bucket: Bucket, *, answered: bool = False) -> str:
    """Let a customer of the north ask something, and return the contact."""
    contact = f"ask-{token_hex(4)}"
    told = [ContactReceived(contact=contact, bucket=bucket, channel="phone", question="Who is it?", store="north")]
    after = [ContactAnswered(contact=contact, by="anna", resolved=True)] if answered else []
    dashboard.tell(*told, *after, by=NORTH.subject)
    return contact


def test_every_figure_leads_to_the_contacts_that_it_counts(dashboard: Dashboard, browsing: Browsing) -> None:
    """Of each bucket: all, who waits and who asked again; as many rows are listed as the figure says."""
    client = browsing()
    waits, again = asked(dashboard, "access_to_people"), asked(dashboard, "access_to_people", answered=True)

    bucket = {row["bucket"]: row for row in client.get("/contacts.json").json()["tables"]["buckets"]}[
        "access_to_people"
    ]
    listed = {
        show: {
            row["contact"]
            for row in client.get(
                "/contacts.json", params={"bucket": "access_to_people", "show": show, "limit": 500}
            ).json()["tables"]["contacts"]
        }
        for show in ("all", "waiting", "again", "answered")
    }
    links = {each.attributes.get("href") for each in Html(client.get("/contacts").text).all("a")}

    counts = {"all": "contacts", "waiting": "unanswered", "again": "repeats", "answered": "answered"}
    assert {show: len(listed[show]) for show in counts} == {show: bucket[name] for show, name in counts.items()}
    assert waits in listed["waiting"] - listed["answered"]
    assert again in listed["again"] & listed["answered"]
    assert {f"/contacts?bucket=access_to_people&show={show}#list" for show in ("waiting", "again", "all")} <= links


def test_who_waits_is_listed_with_their_event(dashboard: Dashboard, browsing: Browsing) -> None:
    """By store and period; each row leads to the customer and to the event."""
    contact = asked(dashboard, "access_to_process")
    client = browsing()

    document = client.get("/contacts.json", params={"bucket": "access_to_process", "store": "north"}).json()
    row = next(each for each in document["tables"]["contacts"] if each["contact"] == contact)
    links = {
        each.attributes.get("href") for each in Html(client.get("/contacts?bucket=access_to_process").text).all("a")
    }

    assert (row["person"], row["name"], row["first_answered"]) == (NORTH.subject, "Milo Birchbrook", None)
    assert {f"/events/{row['partition']}/{row['offset']}", f"/customers/{NORTH.subject}"} <= links
    assert (
        client.get("/contacts.json", params={"store": "south", "bucket": "access_to_process"}).json()["tables"][
            "contacts"
        ]
        == []
    )
    assert [client.get("/contacts", params=each).status_code for each in ({"show": "x"}, {"bucket": "x"})] == [422, 422]
