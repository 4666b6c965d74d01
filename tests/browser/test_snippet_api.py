"""The script for web pages against ``regulars api`` itself: what a visitor does in a browser is on the log, once."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from events.log.postgres import Journal
from services.dev.ports import HOST, free_port
from services.ingest import registry
from services.ingest.source import Role
from tests.browser.conftest import stop_the_clock
from tests.browser.servers import Api, Shop, shop_pages
from tests.browser.tabs import Tab, eventually
from tests.conftest import PARTITIONS, Connect
from tests.services.cli.staying import Staying

pytestmark = pytest.mark.timeout(300)  # the first of them may have to install Chromium


@pytest.fixture
def api(database: str) -> Iterator[Api]:
    """Return a running ``regulars api``, which serves the script too."""
    address = f"{HOST}:{free_port()}"
    running = Staying("api", "--json", environment={"REGULARS_PG": database, "REGULARS_API": address})
    try:
        running.wait_for("serving")
        yield Api(f"http://{address}".replace(HOST, "localhost"))
        code, _, complaints = running.end()
        assert (code, complaints) == (0, "")
    finally:
        running.kill()


@pytest.fixture
def shop(connect: Connect, api: Api) -> Iterator[Shop]:
    """Return a shop with a write key of its own."""
    with connect() as connection:
        registry.add(connection, "web-shop", store="berlin")
        key = registry.new_key(connection, "web-shop", Role.WRITE)
    with shop_pages(api.origin) as shop:
        shop.key = key
        yield shop


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return a browser whose clock is right, and stands still."""
    context = browser.new_context()
    stop_the_clock(context, datetime.now(UTC))
    yield context
    context.close()


def _on_the_log(journal: Journal) -> list[dict[str, Any]]:
    chunks = journal.read(dict.fromkeys(range(PARTITIONS), 0), 1000)
    return [json.loads(value) for chunk in chunks for value in chunk.values]


def test_what_a_visitor_does_is_on_the_log_once(tab: Tab, journal: Journal) -> None:
    """Pages, a search and what else was done are events of one visitor; what a beacon took as well counts once."""
    tab.visit("/kettles?email=ann@example.com")
    tab.run("regulars.search('kettle', 0)")
    tab.run("regulars.track('Product Viewed', {product_id: 'k1', price: 19.9, currency: 'EUR'})")
    tab.leave()
    eventually(lambda: len(_on_the_log(journal)), 3)

    tab.wait(0.1)
    tab.visit("/cups")
    tab.run("regulars.track('Newsletter Joined', {list: 'spring'})")
    tab.run("regulars.identify('42', {plan: 'gold'})")
    tab.wait_until(tab.stored, [])

    events = _on_the_log(journal)
    (search,) = [event for event in events if event["type"] == "regulars.search.performed.v2"]
    assert Counter(event["type"] for event in events) == {
        "regulars.visit.page_viewed.v1": 2,
        "regulars.search.performed.v2": 1,
        "regulars.visit.product_viewed.v1": 1,
        "regulars.visit.interaction_recorded.v1": 1,
        "regulars.customer.traits_changed.v2": 1,
        "regulars.identity.linked.v1": 1,
    }
    assert search["data"]["result_count"] == 0
    assert search["data"]["store"] == "web"
    assert search["subject"].startswith("visitor:")
    assert "example.com" not in json.dumps(events)
