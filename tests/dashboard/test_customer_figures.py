"""Every figure on a customer's page leads to the events behind it, and what is worked out comes to what is shown."""

from html.parser import HTMLParser
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

import httpx

from events.catalog.complaints import ComplaintRaised, ComplaintResolved
from services.figures.registered import FIGURES
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import EMPTY_ELEMENTS
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import NORTH, Person

FIGURE = "data-figure"
NO_FIGURES = frozenset({"dt", "form", "h1", "header", "nav", "script", "style", "svg", "title"})
"""Elements in which no figure of the customer stands: what is typed, who it is, ways, and drawings with a table."""

NO_FIGURE_CLASSES = frozenset({"moment", "mono", "past-band", "person", "timeline-month", "twins", "sr-only"})
"""So with what has a link to its event already, and with identifiers."""

NO_FIGURE_IDS = frozenset({"time"})
"""The slider's own numbers are of its steps."""


class Figures(HTMLParser):
    """Reads which links its figures have, and which digits stand outside of any figure."""

    def __init__(self, source: str) -> None:
        """Read a page's own part."""
        super().__init__(convert_charrefs=True)
        self.hrefs: dict[str, set[str]] = {}
        self.bare: list[str] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        main = source.partition('<div class="stack" id="content">')[2]
        self.feed(main.partition("</main>")[0])
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Go into an element."""
        told = {name: value or "" for name, value in attrs}
        if tag not in EMPTY_ELEMENTS:
            self._open.append((tag, told))
        figure = next((each[FIGURE] for _, each in reversed(self._open) if FIGURE in each), "")
        if figure:
            links = self.hrefs.setdefault(figure, set())
            if tag == "a":
                links.add(told["href"])

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if any(name == tag for name, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Keep what has digits and belongs to no figure."""
        if any(each.isdigit() for each in data) and not any(_excused(*each) for each in self._open):
            self.bare.append(" ".join(data.split()))


def _excused(tag: str, told: dict[str, str]) -> bool:
    classes = set(told.get("class", "").split())
    known = tag in NO_FIGURES or bool(classes & NO_FIGURE_CLASSES) or told.get("id") in NO_FIGURE_IDS
    return known or FIGURE in told


def read(client: httpx.Client, person: Person, **asked: str) -> Figures:
    """Return the figures of a customer's page."""
    return Figures(client.get(f"/customers/{person.subject}", params=asked).text)


def why(client: httpx.Client, href: str) -> dict[str, Any]:
    """Return what a figure's link answers."""
    parts = urlsplit(href)
    answer = client.get(f"{parts.path}.json?{parts.query}")
    assert answer.status_code == 200, (href, answer.text)
    told: dict[str, Any] = answer.json()
    return told


def test_every_figure_of_the_page_leads_to_its_events(browsing: Browsing) -> None:
    """A figure is marked as one, its link answers, and there is an event; what is worked out comes to what is shown.

    So whoever writes a new figure without a link finds it named here.
    """
    client = browsing()
    page = read(client, NORTH)

    assert page.bare == [], "these stand on the page without a link to the events behind them"
    for figure, hrefs in page.hrefs.items():
        assert hrefs, figure
        for href in hrefs:
            told = why(client, href)
            assert told["tables"]["events"], href
            assert told["equal"] is not False, href
    assert {"dial", "dial_now", "rank", "net_spend", "orders", "open_complaints", "last_seen", "visit"} <= set(
        page.hrefs
    )


def test_the_figures_of_a_past_lead_to_the_events_up_to_then(browsing: Browsing) -> None:
    """The link says of which past; no event after it is behind a figure."""
    client = browsing()
    events = client.get(f"/customers/{NORTH.subject}/timeline.json", params={"limit": 1000}).json()["tables"][
        "timeline"
    ]
    then = events[len(events) // 2]["time"]
    page = read(client, NORTH, happened_by=then)

    assert page.bare == []
    for figure in ("net_spend", "orders", "visits", "last_seen", "trait", "product"):
        for href in sorted(page.hrefs[figure])[:2]:
            told = why(client, href)
            assert max(each["time"] for each in told["tables"]["events"]) <= then, href
            assert told["equal"] is not False, href


def test_net_spend_is_what_was_ordered_less_what_came_back(browsing: Browsing) -> None:
    """Its events are those that ordered, cancelled or returned, and together they come to it, to the penny."""
    client = browsing()
    shown = client.get(f"/customers/{NORTH.subject}.json").json()["spend"][0]

    told = why(client, f"/customers/{NORTH.subject}/why?figure=net_spend&of=GBP")

    ordered, cancelled, returned, net = (term["value"] for term in told["tables"]["sum"])
    assert ordered - cancelled - returned == net == shown["net_minor"]
    assert sum(each["counts"] for each in told["tables"]["events"]) == net
    assert returned > 0
    assert {each["type"] for each in told["tables"]["events"]} == {
        "regulars.order.placed.v2",
        "regulars.fulfilment.return_accepted.v1",
    }


def test_open_complaints_are_those_alone(dashboard: Dashboard, browsing: Browsing) -> None:
    """What was settled is behind another figure; where nothing is open, it is what settled them."""
    client, subject = browsing(), f"customer:figures-{token_hex(4)}"
    href = f"/customers/{subject}/why?figure=open_complaints"
    one, other = (f"{subject}-{number}" for number in (1, 2))
    settled = ComplaintResolved(complaint=one, outcome="replaced")
    dashboard.tell(ComplaintRaised(complaint=one), settled, ComplaintRaised(complaint=other), by=subject)

    waiting = why(client, href)["tables"]
    dashboard.tell(ComplaintResolved(complaint=other), by=subject)
    nothing = why(client, href)["tables"]

    assert [(term["of"], term["value"]) for term in waiting["sum"]] == [(other, 1), ("", 1)]
    assert [each["type"] for each in waiting["events"]] == ["regulars.complaint.raised.v1"]
    assert nothing["sum"][-1]["value"] == 0
    assert len(nothing["events"]) == 4


def test_a_dial_is_its_parts_weighed_and_a_rank_those_who_are_louder(browsing: Browsing) -> None:
    """The reckoning is made again from the events and the fit; ranks count up to the number of customers."""
    client = browsing()
    dial = client.get(f"/customers/{NORTH.subject}.json").json()["dial"][0]

    whole = why(client, f"/customers/{NORTH.subject}/why?figure=dial&of=GBP")
    rank = why(client, f"/customers/{NORTH.subject}/why?figure=rank&of=GBP")

    *parts, last = (term["value"] for term in whole["tables"]["sum"])
    assert (round(sum(parts)), last, whole["equal"]) == (dial["dial"], dial["dial"], True)
    assert (rank["tables"]["sum"][-1]["value"], rank["equal"]) == (dial["place"], True)
    assert 1 <= dial["place"] <= dial["of_customers"]


def test_what_moved_a_dial_adds_up_to_its_move(browsing: Browsing) -> None:
    """But for rounding; of a month without a dial it says that there is none."""
    client = browsing()
    moved = client.get(f"/customers/{NORTH.subject}.json").json()["moved"]
    page = client.get(f"/customers/{NORTH.subject}", params={"since": "36"}).text

    assert abs(sum(part["points"] for part in moved["parts"]) - moved["by"]) <= 1
    assert "There is no dial of theirs from then." in page


def test_figures_that_need_to_be_told_apart_say_so(browsing: Browsing) -> None:
    """Which one is missing is a sentence that names the field; so is a dial that there is not."""
    client = browsing()
    for figure in FIGURES:
        answer = client.get(f"/customers/{NORTH.subject}/why.json", params={"figure": figure.name})
        assert answer.status_code == (422 if figure.parts else 200), figure.name
        assert not figure.parts or answer.json()["field"] == "of", figure.name
    names = [figure.name for figure in FIGURES]
    assert len(set(names)) == len(names)
