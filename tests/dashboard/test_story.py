"""The story of one customer, in two windows: what one of the staff does, a manager sees, and loads nothing anew."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial
from itertools import count
from threading import Event as Flag

import pytest
from playwright.sync_api import Page, expect

from events.catalog.complaints import ComplaintRaised
from events.catalog.customers import CustomerRegistered
from events.catalog.orders import OrderLine, OrderPlaced
from events.catalog.searches import SearchPerformed
from events.catalog.visits import PageViewed
from events.envelope import Envelope
from events.event import Event
from projections import PROJECTIONS
from projections._engine.projector import Projector, stored
from services.access.roles import Role
from services.cli.reporting import Report
from services.house.clock import clock_of
from services.installation import Installation
from services.relay.journaling import relay_journal
from tests.dashboard.conftest import OpenTab
from tests.dashboard.served import Dashboard
from tests.dashboard.tabs import Looking
from tests.services.running import Running, wait_until

ADA, STAFF = "customer:ada-story", "priya"
COMPLAINT, ORDER = "story-complaint", "story-order"
LINES = (OrderLine(product="K-1", name="Blue kettle", quantity=1, unit_price_minor=4_500),)

WHAT_SHE_DOES: tuple[tuple[Event, str], ...] = (
    (SearchPerformed(query="orange kettle", result_count=0, store="north"), "“orange kettle” found nothing"),
    (OrderPlaced(order=ORDER, currency="GBP", lines=LINES, total_minor=4_500, store="north"), f"Order {ORDER}"),
    (
        ComplaintRaised(
            complaint=COMPLAINT, order=ORDER, cause="damaged", text="It leaks.", channel="email", store="north"
        ),
        "It leaks.",
    ),
)
"""What happens to Ada, and what her page says of it."""

WHAT_WE_DO: tuple[tuple[str, str, dict[str, str], str], ...] = (
    ("Reply", "Write the reply down", {"text": "A new one is on its way."}, "A new one is on its way."),
    ("Offer a gesture", "Offer it", {"kind": "voucher", "amount_minor": "5", "currency": "GBP"}, "Gesture Voucher"),
    ("Resolve", "Hold it for solved", {"outcome": "replaced"}, "Resolved"),
)
"""A form, its button, what is said in it, and what Ada's page says of it."""

_numbers = count(1)


def project(installation: Installation, stop: Flag, report: Report) -> None:
    """Keep the projections in step with the log until told to stop."""
    del report
    with closing(Projector(installation.journal(), installation.connect, stored(PROJECTIONS))) as projector:
        while not projector.lead():
            stop.wait(0.02)
        projector.catch_up()
        projector.follow(stop)


@pytest.fixture
def at_work(dashboard: Dashboard) -> Iterator[Dashboard]:
    """Return the dashboard of a shop whose log is followed, as ``regulars up`` does."""
    with ExitStack() as running:
        for work in (project, relay_journal):
            running.enter_context(Running(partial(work, dashboard.installation)))
        yield dashboard


def happens(dashboard: Dashboard, data: Event) -> None:
    """Let something happen to Ada, now."""
    at = clock_of(dashboard.connection).now()
    told = Envelope(id=f"story-{next(_numbers)}", source="urn:story", time=at, subject=ADA, data=data)
    dashboard.installation.journal().append([told])


def fill_in(page: Page, summary: str, button: str, **said: str) -> None:
    """Open a form of the complaint's page, fill it in, and send it."""
    form = page.locator("details", has=page.locator("summary", has_text=summary)).first
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    for name, text in said.items():
        form.locator(f"[name={name}]").fill(text)
    form.get_by_role("button", name=button).click()


def test_the_manager_sees_live_what_the_staff_does(at_work: Dashboard, tab: OpenTab) -> None:
    """A page view, a search in vain, an order, a complaint; a reply, a gesture, and it is solved: each is seen at once.

    Nobody loads the second window anew, and nobody waits longer than a promise of seconds.
    """
    happens(at_work, CustomerRegistered(name="Ada Story", store="north"))
    happens(at_work, PageViewed(page="/kettles", store="north"))
    with at_work.client(Role.MANAGER) as client:
        wait_until(lambda: client.get(f"/customers/{ADA}.json").is_success)
    manager = looked_up(tab(Role.MANAGER, name="mia"), "Page /kettles")

    for data, seen in WHAT_SHE_DOES:
        happens(at_work, data)
        expect(manager.locator("main")).to_contain_text(seen)
    staff = tab(Role.STAFF, "north", name=STAFF).visit(f"/complaints/{COMPLAINT}")
    for summary, button, said, seen in WHAT_WE_DO:
        fill_in(staff, summary, button, **said)
        expect(staff.locator("main .note-good")).to_be_visible()
        expect(manager.locator("main")).to_contain_text(seen)

    assert manager.evaluate("window.loadedOnce")
    expect(staff.locator("main")).to_contain_text("Solved in time")


def looked_up(looking: Looking, seen: str) -> Page:
    """Return the page of the customer, once it is there; from then on it is not loaded anew."""
    wait_until(lambda: seen in looking.visit(f"/customers/{ADA}").locator("main").inner_text())
    looking.page.evaluate("window.loadedOnce = true")
    return looking.page
