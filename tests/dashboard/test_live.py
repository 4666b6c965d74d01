"""The Live page: events as they come in, of what one wants and may see; many who watch cost little."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from time import monotonic

from events.catalog.complaints import ComplaintRaised, ComplaintReplied
from events.catalog.visits import PageViewed
from services.access.roles import Role
from tests.dashboard.conftest import Browsing, OpenTab
from tests.dashboard.hearing import Heard, listening
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard, served
from tests.dashboard.shop import NORTH, SOUTH
from tests.services.ingest.doors import database_for
from tests.services.running import wait_until

EVENTS = "/live/events"
MANY = 20
PAUSED_MILLISECONDS = 1_200
STOPPED_SECONDS = 5.0
STREAMS: tuple[tuple[str, dict[str, str]], ...] = ((EVENTS, {}), ("/live/moved", {"page": "projections"}))
READERS = """
SELECT count(*) FROM pg_stat_activity
 WHERE application_name = 'regulars api, live' AND datname = current_database()
"""

_numbers = count(1)


def visitor() -> str:
    """Return somebody whom nobody has seen."""
    return f"visitor:live-{next(_numbers)}"


def lines(heard: Heard) -> str:
    """Return what the page shows by now."""
    return heard.named("")[-1] if heard.named("") else ""


def test_the_newest_fifty_are_there_without_a_stream(dashboard: Dashboard, browsing: Browsing) -> None:
    """The page tells who did what, where and when, the newest first, and leads to the event and to its JSON."""
    who = visitor()
    dashboard.tell(PageViewed(page="/kettles", title="Kettles", store="north"), by=who)

    read = Html(browsing(Role.MANAGER).get("/live").text)

    first, *others = read.all("li", class_="live-line")
    assert len(others) == 49
    assert first.text.startswith(f"Visit: page viewed {who} Page /kettles Title Kettles Store north")
    links = [link.attributes["href"] for link in read.all("a") if link.attributes["href"].startswith("/events/")]
    assert links[1] == f"{links[0]}.json"
    assert browsing().get(links[1]).json()["event"]["subject"] == who


def test_the_older_ones_follow_page_by_page(browsing: Browsing) -> None:
    """Each event is on one page, and the pages go back in the order in which the log recorded."""
    documents = [browsing().get("/live.json").json()]
    for _ in range(2):
        documents.append(browsing().get("/live.json", params={"until": documents[-1]["older"]}).json())

    told = [each for document in documents for each in document["tables"]["events"]]
    assert len({(each["partition"], each["offset"]) for each in told}) == len(told) == 150
    assert [each["recorded_at"] for each in told] == sorted((each["recorded_at"] for each in told), reverse=True)


def test_filters_leave_out_the_rest(browsing: Browsing) -> None:
    """By type, by subject and by store, in the page as in its twins."""
    asked = {"type": ".complaint.", "store": "south", "subject": SOUTH.subject}

    document = browsing().get("/live.json", params=asked).json()
    table = browsing().get("/live.csv", params=asked).text.splitlines()

    told = {(each["type"], each["subject"], each["store"]) for each in document["tables"]["events"]}
    assert told == {("regulars.complaint.raised.v1", SOUTH.subject, "south")}
    assert len(table) == 1 + len(document["tables"]["events"])
    assert browsing().get("/live.json", params={"until": "yesterday"}).status_code == 422


def test_what_a_customer_wrote_is_not_on_the_line(dashboard: Dashboard, browsing: Browsing) -> None:
    """Codes and figures are told; words of people are for whoever opens the event."""
    who = visitor()
    dashboard.tell(ComplaintRaised(complaint=who, cause="late", text="I am Mrs Muster of Main Street"), by=who)

    page = browsing().get("/live").text

    assert "Cause</span> Late" in page
    assert "Muster" not in page


def test_who_looked_is_told_to_who_asks_for_it(dashboard: Dashboard, browsing: Browsing) -> None:
    """Else an auditor who watches would see nothing but themselves."""
    auditor = browsing(Role.AUDITOR, name="lookout")
    auditor.get("/live")
    dashboard.catch_up()
    asked: tuple[dict[str, str], ...] = ({}, {"type": ".access."}, {"subject": "user:lookout"})

    told = [auditor.get("/live.json", params=each).json()["tables"]["events"] for each in asked]

    looks = [{each["type"].startswith("regulars.access.") for each in events} for events in told]
    assert looks == [{False}, {True}, {True}]


def test_staff_see_their_stores_alone(dashboard: Dashboard, browsing: Browsing) -> None:
    """Theirs is what names their store, and what names none but is of a customer whom they may see."""
    for person in (NORTH, SOUTH):
        dashboard.tell(
            ComplaintReplied(complaint=person.complaint, by="anna"),
            PageViewed(page="/", store=person.store),
            by=person.subject,
        )
    staff = browsing(Role.STAFF, "north")

    told = staff.get("/live.json").json()["tables"]["events"]

    assert {each["store"] for each in told} <= {"north", ""}
    assert {(each["type"], each["subject"]) for each in told[:2]} == {
        ("regulars.visit.page_viewed.v1", NORTH.subject),
        ("regulars.complaint.replied.v1", NORTH.subject),
    }
    assert SOUTH.subject not in {each["subject"] for each in told}
    assert not any(each["type"].startswith("regulars.access.") for each in told)
    with dashboard.client(Role.STAFF, ("north",)) as client, listening(client, EVENTS) as heard:
        wait_until(lambda: NORTH.subject in lines(heard))
        assert SOUTH.subject not in lines(heard)
    assert staff.get(EVENTS, params={"store": "south"}).status_code == 403
    assert browsing(Role.VIEWER).get(EVENTS).status_code == 403


def test_many_watch_and_one_reads(dashboard: Dashboard) -> None:
    """Whoever watches gets what comes in, whole and at once, and all of them the same; a filter gets its own."""
    who, other = visitor(), visitor()
    with ExitStack() as watching:
        client = watching.enter_context(dashboard.client())
        heard = [watching.enter_context(listening(client, EVENTS)) for _ in range(MANY - 1)]
        filtered = watching.enter_context(listening(client, EVENTS, subject=other))
        dashboard.tell(PageViewed(page="/first"), by=who)
        dashboard.tell(PageViewed(page="/second"), by=other)
        wait_until(lambda: all(other in lines(each) for each in [*heard, filtered]))
        readers = dashboard.connection.execute(READERS).fetchall()
    wait_until(lambda: dashboard.connection.execute(READERS).fetchall() == [(0,)])

    assert readers == [(1,)]
    assert len({lines(each) for each in heard}) == 1
    assert who in lines(heard[0])
    assert who not in lines(filtered)


def test_streams_end_when_the_server_stops(postgres: str, template: str, database_names: Iterator[str]) -> None:
    """Whoever watches does not keep a process from stopping."""
    with database_for(postgres, template, next(database_names)) as dsn, ExitStack() as watching:
        with served(dsn) as dashboard:
            client = watching.enter_context(dashboard.client())
            heard = [watching.enter_context(listening(client, path, **asked)) for path, asked in STREAMS]
            begun = monotonic()
        assert monotonic() - begun < STOPPED_SECONDS
        wait_until(lambda: all(each.ended for each in heard))


def test_a_page_shows_what_comes_in_until_it_is_paused(dashboard: Dashboard, tab: OpenTab) -> None:
    """Nothing is loaded anew; while it is paused it stays as it is, and then it is right again."""
    page = tab().visit("/live")
    page.evaluate("window.loadedOnce = true")
    who, meanwhile, later = visitor(), visitor(), visitor()

    page.get_by_role("button", name="Live").wait_for()
    dashboard.tell(PageViewed(page="/kettles"), by=who)
    page.get_by_role("link", name=who).wait_for()
    page.get_by_role("button", name="Live").click()
    dashboard.tell(PageViewed(page="/kettles"), by=meanwhile)
    page.wait_for_timeout(PAUSED_MILLISECONDS)
    assert page.get_by_role("link", name=meanwhile).count() == 0
    page.get_by_role("button", name="Paused").click()
    dashboard.tell(PageViewed(page="/kettles"), by=later)
    page.get_by_role("link", name=later).wait_for()

    assert page.get_by_role("link", name=meanwhile).count() == 1
    assert page.evaluate("window.loadedOnce")
