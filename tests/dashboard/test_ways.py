"""From the overview, in three clicks, a newcomer finds the events behind any figure, and as many as the figure says."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from services.access.roles import Role
from services.access.viewer import Viewer
from services.dashboard.registered import PAGES
from services.dashboard.report_shape import kind_of
from services.dashboard.report_way import WHY, read
from services.dashboard.report_ways import WAYS
from services.dashboard.ways import Ways
from services.reports import REPORTS
from services.views.event_kinds import KINDS
from tests.dashboard.conftest import Browsing
from tests.dashboard.figures import Figure, figures

CLICKS = 3
TRIED = 4
LINK = re.compile(r'<a [^>]*href="(/[^"]*)"')
EVENT_LINK = re.compile(r'href="/events/\d+/\d+"')
EVENT = re.compile(r"^/events/\d+/\d+$")
OF_EVENTS = re.compile(r"^/(?:events|customers/[^/?]+/(?:why|timeline))$")
"""Pages that list events, also where there are none."""

OF_ONE = ("/events", "/customers/", "/complaints/")
"""Where links of one thing, or to the events themselves, lead: what somebody tries first."""

NOT_OF_EVENTS: dict[str, str] = {
    "/projections": "how far the projections are behind the log, and how fast they are: no event tells that",
    "/sources": "what came in at the front door, and what was refused there: it never became an event",
    "/audit": "the log itself and its jobs, and not what it tells",
    "/settings": "what is set, and no count of anything",
    "/dead-letters": "records that could not be read: each is listed there with its place on the log",
    "Slowest projection": "as on the page of projections",
}
"""Pages, and figures of any page, that are not made of events, and why."""


class Crawler:
    """Follows links as somebody who looks for events would; of links that are alike one is followed."""

    def __init__(self, client: httpx.Client) -> None:
        """Look as whoever the client is of."""
        self._client = client
        self._known: dict[str, str] = {}
        self._arrived: dict[tuple[str, int], bool] = {}

    def page(self, href: str) -> str:
        """Return a page's own part, without the navigation around it."""
        path = href.partition("#")[0]
        shape = shape_of(path)
        if shape not in self._known:
            answer = self._client.get(path, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
            assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
            self._known[shape] = answer.text
        return self._known[shape]

    def links(self, href: str) -> list[str]:
        """Return where a page leads, those links first that tell of one thing."""
        found = dict.fromkeys(map(unescape, LINK.findall(self.page(href))))
        return sorted(found, key=lambda each: not each.startswith(OF_ONE))

    def arrives(self, href: str, clicks: int) -> bool:
        """Return whether a page lists events, or one does that is so many clicks further."""
        key = (shape_of(href), clicks)
        if key not in self._arrived:
            self._arrived[key] = self._arrives(href, clicks)
        return self._arrived[key]

    def _arrives(self, href: str, clicks: int) -> bool:
        found = self.links(href)
        if OF_EVENTS.match(urlsplit(href).path) or any(EVENT.match(each) for each in found):
            return True
        shapes = list({shape_of(each): each for each in reversed(found)}.values())[::-1]
        return clicks > 0 and any(self.arrives(each, clicks - 1) for each in shapes[:TRIED])


def shape_of(href: str) -> str:
    """Return what a link has in common with those that are alike: its path without ids, and what it narrows."""
    split = urlsplit(href)
    path = re.sub(r"/(?:customer|visitor)(?::|%3A)[^/]+", "/ID", split.path)
    path = re.sub(r"^/(complaints|events)/.+", r"/\1/ID", path)
    asked = sorted(f"{name}={text}" if name in {"what", "sort"} else name for name, text in parse_qsl(split.query))
    return f"{path}?{'&'.join(asked)}"


def test_every_figure_leads_to_its_events(browsing: Browsing) -> None:
    """Those of the overview, and of each page that its navigation leads to: in three clicks at most, all in all."""
    crawler = Crawler(browsing())
    lost, seen = [], 0

    further = [(page.at, 1) for page in PAGES if page.group and page.at != "/overview"]
    for path, clicks in [("/overview", 0), *further]:
        for figure in figures(crawler.page(path)):
            seen += 1
            if path not in NOT_OF_EVENTS and figure.name not in NOT_OF_EVENTS and not leads(crawler, figure, clicks):
                lost.append(f"{path}: {figure.name}")

    assert not lost, sorted(set(lost))
    assert seen > 100


def leads(crawler: Crawler, figure: Figure, clicks: int) -> bool:
    """Return whether one of a figure's links leads to events, after so many clicks."""
    nearest = list({shape_of(each): each for each in figure.ways if each.startswith("/")}.values())
    return any(crawler.arrives(each, CLICKS - clicks - 1) for each in nearest)


COUNTS: dict[str, dict[str, tuple[str, ...]]] = {
    "associations": {"": ("baskets",), "pairs": ("both_baskets", "product_baskets", "other_baskets")},
    "complaints": {"": ("complaints", "gestures"), "causes": ("complaints",), "stores": ("complaints",)},
    "contacts": {
        "": ("contacts",),
        "buckets": ("contacts",),
        "channels": ("contacts",),
        "stores": ("contacts",),
        "months": ("contacts",),
    },
    "next_offer": {"": ("shown", "taken", "refused")},
    "order_status": {"": ("orders", "delivered"), "stores": ("orders", "delivered"), "months": ("orders",)},
    "preferences": {"favourites": ("times_bought",), "by_channel": ("orders",)},
    "store": {"": ("orders", "returns", "searches", "complaints"), "stores": ("orders", "returns", "searches")},
    "tasks": {"": ("tasks", "done"), "reasons": ("tasks",)},
    "unmet_demand": {"": ("without_result",), "wishes": ("without_result",)},
    "visits": {
        "": ("visits", "searches", "searches_in_vain"),
        "stores": ("visits", "searches_in_vain"),
        "days": ("visits",),
        "outcomes": ("visits",),
        "entry_pages": ("visits",),
    },
    "voice": {
        "": ("suggestions", "ratings"),
        "ratings": ("ratings",),
        "stores": ("ratings",),
        "months": ("ratings",),
        "options": ("orders",),
    },
}
"""Figures that count events, by report and table; those without a table are of the whole."""

SOME = 3
"""Rows of a table that are looked at."""


@pytest.mark.parametrize("report", COUNTS)
def test_as_many_events_are_listed_as_the_figure_says(report: str, browsing: Browsing) -> None:
    """Where a figure counts events, the list behind it has so many; what a projection parked, its figures lack."""
    client = browsing()
    document = client.get(f"/v1/reports/{report}").json()
    ways = Ways(document, Viewer("anna", Role.ADMIN), {})

    said, strays = 0, []
    for table, columns in COUNTS[report].items():
        rows = document["tables"][table][:SOME] if table else [document["figures"]]
        for row in rows:
            for column in columns:
                href = ways.row(table, column)(row) if table else ways.figure(column)
                said += row[column]
                listed = behind(client, href)
                if not listed["events"] - listed["parked"] <= row[column] <= listed["events"]:
                    strays.append((table, row, column, listed))

    assert (strays, said > 0) == ([], True)


def test_sums_are_those_of_the_events_that_are_listed(browsing: Browsing) -> None:
    """Net revenue of a store comes of its orders, less what was cancelled and returned; gestures of what they cost."""
    client = browsing()
    stores = client.get("/v1/reports/store").json()
    complaints = client.get("/v1/reports/complaints").json()
    ways = Ways(stores, Viewer("anna", Role.ADMIN), {})

    nets = {row["store"]: row["net_minor"] for row in stores["tables"]["stores"]}
    listed = {
        row["store"]: behind(client, ways.row("stores", "net_minor")(row))["amount_minor"]
        for row in stores["tables"]["stores"]
    }
    cost = behind(client, Ways(complaints, Viewer("anna", Role.ADMIN), {}).figure("gestures_cost_minor"))

    assert {store: net or 0 for store, net in listed.items()} == nets
    assert cost["amount_minor"] == -complaints["figures"]["gestures_cost_minor"] < 0


def behind(client: httpx.Client, href: str) -> dict[str, int]:
    """Return the figures of a list of events, all of which were looked at."""
    answer = client.get(f"/v1{href}&limit=1")
    assert answer.status_code == 200, f"{href}: {answer.text}"
    figures: dict[str, int] = answer.json()["figures"]
    assert figures["whole"], href
    return figures


def test_every_report_says_which_events_are_behind_it(browsing: Browsing) -> None:
    """Its figures, and each table that has any: a table that is added needs its way, or an empty one."""
    lacking = [report.name for report in REPORTS if report.name not in WAYS]
    ways = [way for each in WAYS.values() for way in (each.usual, *each.figures.values())]
    ways += [way for each in WAYS.values() for table in each.tables.values() for way in table.values()]

    for report in REPORTS:
        tables = browsing().get(f"/v1/reports/{report.name}").json()["tables"]
        lacking += [
            f"{report.name}.{name}"
            for name, rows in tables.items()
            if any(kind_of(column, value) in NUMBERS for row in rows[:1] for column, value in row.items())
            and not set(WAYS[report.name].tables.get(name, {})) & {*(rows or [{}])[0]}
        ]

    assert not lacking
    assert {read(way)["what"] for way in ways if way} <= {*KINDS, WHY}


NUMBERS = ("number", "money", "share", "duration")


def test_links_of_a_past_keep_the_point_in_time(browsing: Browsing) -> None:
    """The events behind a figure of a past are those of that past, and as many as it says."""
    past = {"happened_by": "2011-02-01T00:00:00Z"}
    page = browsing().get("/stores", params=past).text
    told = browsing().get("/v1/reports/store", params=past).json()

    hrefs = [each for figure in figures(page) for each in figure.own if each.startswith("/events")]
    orders = next(each for each in hrefs if "what=orders&" in f"{each}&" and "store=" not in each)

    assert hrefs
    assert all("happened_by=2011-02-01" in each for each in hrefs)
    assert behind(browsing(), orders)["events"] == told["figures"]["orders"]


def test_whoever_may_look_at_figures_has_no_way_to_events(browsing: Browsing) -> None:
    """Events tell of customers: the page of figures leads to none, and their list is refused."""
    viewer = browsing(Role.VIEWER)
    pages = [viewer.get(path).text for path in ("/stores", "/zero-results", "/reports/visits")]

    assert not [href for page in pages for figure in figures(page) for href in figure.own if "/events" in href]
    assert viewer.get("/events").status_code == 403


def test_a_dial_in_a_report_leads_to_why_it_is_so(browsing: Browsing) -> None:
    """What is one customer's, and no count of events, is explained by them on their page of it."""
    hrefs = [each for figure in figures(browsing().get("/reports/dial").text) for each in figure.own]
    whys = [each for each in hrefs if "figure=dial" in each]

    assert len(whys) > SOME
    assert EVENT_LINK.search(browsing().get(whys[0]).text)
