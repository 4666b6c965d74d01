"""The page of one customer: of now, of any point in their past, and what is said of each event."""

from datetime import datetime

import msgspec
import pytest

from projections._engine.as_of import HappenedBy, KnownAt
from services.access.roles import Role
from services.reports.customer import page_as_of
from tests.dashboard.conftest import Browsing, OpenTab
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import NORTH, SOUTH

PAGE = f"/customers/{NORTH.subject}"
EVENT_TIMES = """
SELECT "time", recorded_at FROM projection.timeline WHERE type NOT LIKE 'regulars.access.%%' AND subject IN
 (SELECT %(subject)s UNION SELECT identifier FROM person_of WHERE person = %(subject)s) ORDER BY "time", id
"""


def event_times(dashboard: Dashboard) -> list[tuple[datetime, datetime]]:
    """Return when each event of the customer of the north happened, and when it was recorded."""
    return dashboard.connection.execute(EVENT_TIMES, {"subject": NORTH.subject}).fetchall()


def test_the_page_has_every_section_and_any_identifier_leads_to_it(browsing: Browsing) -> None:
    """One round trip for all of it; a device of theirs is as good a name as their number."""
    document = browsing().get(f"{PAGE}.json").json()
    device = next(each for each in document["identity"]["identifiers"] if each.startswith("visitor:"))

    by_device = browsing().get(f"/v1/customers/{device}").json()

    assert document["person"] == by_device["person"] == NORTH.subject
    assert document["events"]["at"] == document["events"]["count"] > 0
    assert document["spend"][0]["orders"] == by_device["spend"][0]["orders"] > 0
    assert {link["identifier"] for link in document["links"]} | {link["subject"] for link in document["links"]} > {
        device
    }


@pytest.mark.parametrize(("clock", "kind"), [("happened_by", HappenedBy), ("known_at", KnownAt)])
def test_the_past_of_the_page_is_that_of_the_command_line(
    dashboard: Dashboard, browsing: Browsing, clock: str, kind: type[HappenedBy | KnownAt]
) -> None:
    """Both fold exactly the events up to there, by the clock that is named."""
    times = event_times(dashboard)
    at = times[len(times) // 2][0] if clock == "happened_by" else times[-1][1]

    document = browsing().get(f"{PAGE}.json", params={clock: at.isoformat()}).json()

    told = page_as_of(dashboard.connection, NORTH.subject, kind(at), None)
    same = msgspec.json.decode(msgspec.json.encode(told))
    assert {name: document[name] for name in same} == same
    assert document["as_of"][clock] == document["as_of"]["time"]


def test_the_slider_counts_their_events(dashboard: Dashboard, browsing: Browsing) -> None:
    """An event stands for its own time; the last one is now; the page says which it is, and leads to its neighbours."""
    times = sorted({(happened, happened) for happened, _ in event_times(dashboard)})
    middle = len(times) // 2

    counted = browsing().get(f"{PAGE}.json", params={"event": middle}).json()
    timed = browsing().get(f"{PAGE}.json", params={"happened_by": times[middle - 1][0].isoformat()}).json()
    last = browsing().get(f"{PAGE}.json", params={"event": len(times)}).json()
    shown = Html(browsing().get(PAGE, params={"event": middle}).text)

    assert counted == timed
    assert "happened_by" not in last["as_of"]
    band = shown.texts("section", class_="past-band")
    assert len(band) == 1
    assert f"event {counted['events']['at']}/{len(times)}" in band[0]
    acts = [form.attributes["action"] for form in shown.all("form", method="post")]
    assert not [action for action in acts if action.startswith("/desk")], "nobody acts in the past"
    assert not [link for link in shown.all("a") if "event=" in link.attributes["href"]]


def test_only_the_page_counts_events(browsing: Browsing) -> None:
    """A programme names a point in time: a number would mean another event when an older one is heard of."""
    answer = browsing().get(f"/v1{PAGE}", params={"event": 3})

    assert answer.status_code == 422
    assert answer.json()["field"] == "event"


def test_of_a_time_before_they_came_nothing_is_known(browsing: Browsing) -> None:
    """It says so, and does not show an empty customer."""
    answer = browsing().get(PAGE, params={"happened_by": "1999-01-01T00:00:00Z"})

    assert answer.status_code == 404
    assert "Nothing was known of" in Html(answer.text).text


def test_a_timeline_comes_in_pages_of_which_none_is_lost(browsing: Browsing) -> None:
    """The newest first; the pages together are the CSV, whatever their length."""
    pages, after = [], ""
    while True:
        told = browsing().get(f"{PAGE}/timeline.json", params={"limit": 40, "after": after}).json()
        pages += [row["id"] for row in told["tables"]["timeline"]]
        if not (after := told["next"]):
            break
    rows = browsing().get(f"{PAGE}/timeline.csv").text.splitlines()

    assert len(pages) == len(set(pages)) == len(rows) - 1
    assert [row.split(",")[1] for row in rows[1:]] == pages


def test_a_timeline_is_narrowed_to_a_family_and_to_days(browsing: Browsing) -> None:
    """The last day counts as a whole."""
    orders = browsing().get(f"{PAGE}/timeline.json", params={"show": "orders"}).json()["tables"]["timeline"]
    day = orders[-1]["time"][:10]
    of_day = browsing().get(f"{PAGE}/timeline.json", params={"show": "orders", "from": day, "to": day}).json()

    assert {row["family"] for row in orders} == {"orders"}
    assert {row["time"][:10] for row in of_day["tables"]["timeline"]} == {day}


def test_who_looked_is_no_part_of_what_happened_to_them(browsing: Browsing) -> None:
    """An auditor finds it among what the house did; nobody else does."""
    looked = "regulars.access.looked.v1"

    def types(role: Role, show: str) -> set[str]:
        told = browsing(role).get(f"{PAGE}/timeline.json", params={"show": show, "limit": 1000}).json()
        return {row["type"] for row in told["tables"]["timeline"]}

    assert looked not in types(Role.AUDITOR, "")
    assert looked in types(Role.AUDITOR, "house")
    assert looked not in types(Role.MANAGER, "house")


def test_why_leads_from_a_figure_to_its_events(browsing: Browsing) -> None:
    """They come to the figure that is stored; as of a past there are fewer of them; each leads to its bytes."""
    spent = browsing().get(f"{PAGE}.json").json()["spend"][0]
    why = browsing().get(f"{PAGE}/why.json", params={"figure": "purchases.orders"}).json()
    events = why["tables"]["events"]
    then = {"figure": "purchases.orders", "happened_by": events[len(events) // 2]["time"]}
    before = browsing().get(f"{PAGE}/why.json", params=then).json()
    shown = Html(browsing().get(f"{PAGE}/why", params={"figure": "purchases.orders"}).text)

    assert why["equal"] is True
    assert sum(row["stored"] for row in why["rows"]) == spent["orders"] == len(events)
    assert before["tables"]["events"] == [row for row in events if row["time"] <= then["happened_by"]] != events
    place = f"/events/{events[0]['partition']}/{events[0]['offset']}"
    assert place in [link.attributes["href"] for link in shown.all("a")]
    assert browsing().get(place).status_code == 200


def test_why_names_the_figures_that_there_are(browsing: Browsing) -> None:
    """Without a figure all of them, and for one that there is not a sentence."""
    listed = browsing().get(f"{PAGE}/why.json").json()["tables"]["figures"]
    unknown = browsing().get(f"{PAGE}/why.json", params={"figure": "purchases.luck"})

    assert {"figure": "purchases.spend_minor"} in listed
    assert unknown.status_code == 422
    assert unknown.json()["field"] == "figure"


def test_staff_of_a_store_see_its_customers_and_no_others(browsing: Browsing) -> None:
    """By the page, its twins, its timeline and its whys."""
    staff = browsing(Role.STAFF, "north")
    paths = ("", ".json", ".csv", "/timeline", "/timeline.csv", "/why", "/why.json")

    assert {staff.get(f"/customers/{NORTH.subject}{path}").status_code for path in paths} == {200}
    assert {staff.get(f"/customers/{SOUTH.subject}{path}").status_code for path in paths} == {403}


def test_the_slider_moves_by_the_keyboard(tab: OpenTab) -> None:
    """It keeps the keyboard, the band says where one is, and one click leads back to now."""
    page = tab(Role.MANAGER).visit(PAGE)
    slider = page.get_by_label("Event of this customer")
    last = int(slider.get_attribute("max") or 0)
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")

    page.wait_for_url(f"**{PAGE}?event={last - 3}")
    page.get_by_text(f"event {last - 3}/{last}").wait_for()
    assert slider.evaluate("each => each === document.activeElement")
    page.get_by_role("link", name="Back to now").click()
    page.wait_for_url(f"**{PAGE}")
