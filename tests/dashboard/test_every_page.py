"""What holds of every page, by plain HTTP: a page that is registered is tested at once."""

from collections.abc import Iterator, Sequence

import httpx
import pytest

from services.access.roles import Role
from services.access.viewer import Viewer
from services.dashboard.page import Page
from services.dashboard.registered import GROUPS, PAGES
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html
from tests.dashboard.samples import (
    ALWAYS_FILLED,
    OF_A_STORE,
    ONE_A_TEMPLATE,
    PERSONAL,
    api_path_of,
    has_parameters,
    named,
    path_of,
)
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import SOUTH

SUFFIXES = ("", ".json", ".csv")
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=named)
EVERY_TEMPLATE = pytest.mark.parametrize("page", ONE_A_TEMPLATE, ids=named)
SMALLEST_CHARACTERS = 200
HANDLERS = ("on", "hx-on")
OTHERS = tuple(role for role in Role if role is not Role.ADMIN)
STORES: dict[Role, tuple[str, ...]] = {**dict.fromkeys(Role, ()), Role.STAFF: ("north",)}


@pytest.fixture(scope="module")
def nobody_there(empty_dashboard: Dashboard) -> Iterator[httpx.Client]:
    """Return an admin's client of the shop in which nothing has happened."""
    with empty_dashboard.client() as client:
        yield client


@EVERY_TEMPLATE
def test_every_page_has_a_title_one_heading_and_its_twins(page: Page, browsing: Browsing) -> None:
    """It says what it is, in the tab and above its content; the same is there as JSON and as CSV."""
    html, document, table = (browsing().get(path_of(page, suffix)) for suffix in SUFFIXES)
    read = Html(html.text)

    assert (html.status_code, document.status_code, table.status_code) == (200, 200, 200), html.text[:2000]
    assert read.title.removesuffix(" · Regulars") not in {"", read.title}
    assert len(read.all("h1")) == 1
    assert read.all("html")[0].attributes["lang"] == "en"
    assert len(read.texts("main")[0]) > SMALLEST_CHARACTERS, "it is to be read without JavaScript"
    assert set(document.json()["as_of"]) >= {"positions", "lag_events", "time"}
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert {f"{path_of(page)}{suffix}" for suffix in SUFFIXES[1:]} <= {
        link.attributes.get("href", "").partition("?")[0] for link in read.all("a")
    }
    assert "default-src 'none'" in html.headers["content-security-policy"]
    assert against_the_policy(read) == []


@EVERY_TEMPLATE
def test_every_page_of_an_empty_shop_says_so(page: Page, nobody_there: httpx.Client) -> None:
    """Where nothing has happened, it says what is empty; of a customer whom nobody knows it says that."""
    answer = nobody_there.get(path_of(page))
    read = Html(answer.text)

    if page.view.personal:
        assert answer.status_code == 404
        assert "Nothing is known of" in read.text
    elif page.view.name not in ALWAYS_FILLED and not (has_parameters(page) and answer.status_code == 404):
        assert answer.status_code == 200, answer.text[:2000]
        assert read.all(class_="empty"), read.text


@EVERY_PAGE
def test_every_page_is_open_to_those_who_may(page: Page, browsing: Browsing) -> None:
    """A page, its JSON and its CSV are refused alike to whoever may not look, and open to who may."""
    may = [role for role in OTHERS if page.open_to(viewer(role))]
    looks = rotated(may, PAGES.index(page))[:1]

    refused = [
        browsing(role, *STORES[role]).get(path_of(page, suffix)).status_code
        for role in OTHERS
        for suffix in SUFFIXES
        if role not in may
    ]
    looked = [browsing(role, *STORES[role]).get(path_of(page)) for role in looks]

    assert set(refused) <= {403}, refused
    assert [(role, answer.status_code) for role, answer in zip(looks, looked, strict=True)] == [(r, 200) for r in looks]


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_is_shown_a_way_to_where_they_may_not_go(role: Role, browsing: Browsing) -> None:
    """The navigation leads to the pages that one may look at, and to no others."""
    first = browsing(role, *STORES[role]).get("/", follow_redirects=True)

    shown = {link.attributes["href"] for link in Html(first.text).all("a")}
    leads = {page.at for page in PAGES if page.group and page.at in shown}
    assert leads == {page.at for page in PAGES if page.group and page.open_to(viewer(role))}


@pytest.mark.parametrize("page", OF_A_STORE, ids=named)
def test_staff_are_held_to_their_store(page: Page, browsing: Browsing) -> None:
    """Whoever works in the north may not look at the south, by page, JSON, CSV and API."""
    client, asked = browsing(Role.STAFF, "north"), {"store": "south"}
    paths = [path_of(page, suffix) for suffix in SUFFIXES] + [api_path_of(page), api_path_of(page, ".csv")]

    statuses = [client.get(path, params=asked).status_code for path in paths]

    assert statuses == [403] * len(paths)


@pytest.mark.parametrize("page", PERSONAL, ids=named)
def test_staff_are_held_to_customers_of_their_store(page: Page, browsing: Browsing) -> None:
    """Whoever works in the north may not look at a customer of the south, by page, JSON, CSV and API."""
    client = browsing(Role.STAFF, "north")
    paths = [path_of(page, suffix, SOUTH) for suffix in SUFFIXES]
    paths += [api_path_of(page, suffix, SOUTH) for suffix in ("", ".csv")]

    statuses = [client.get(path).status_code for path in paths]

    assert statuses == [403] * len(paths)


def test_who_is_not_signed_in_sees_no_page(dashboard: Dashboard) -> None:
    """A page leads to the sign-in; its twins say 401. Nothing of the page is told."""
    with httpx.Client(base_url=dashboard.url) as stranger:
        statuses = {(suffix, stranger.get(path_of(page, suffix)).status_code) for page in PAGES for suffix in SUFFIXES}

    assert statuses == {("", 303), (".json", 401), (".csv", 401)}


def test_every_group_of_the_navigation_has_pages() -> None:
    """A page stands in one of the groups, with an icon and a label; no two are found at one address."""
    assert {page.group for page in PAGES if page.group} == set(GROUPS)
    assert all(page.icon and page.label for page in PAGES if page.group)
    assert len({page.at for page in PAGES}) == len({page.view.name for page in PAGES}) == len(PAGES)


def viewer(role: Role) -> Viewer:
    """Return somebody of a role."""
    return Viewer("somebody", role, frozenset(STORES[role]))


def rotated(roles: Sequence[Role], by: int) -> Sequence[Role]:
    """Return roles from another one on, so that what several may look at is looked at by each of them in turn."""
    place = by % len(roles) if roles else 0
    return [*roles[place:], *roles[:place]]


def against_the_policy(read: Html) -> list[str]:
    """Return what would need a weaker policy: styles, handlers and scripts that stand within the page."""
    scripts = [each for each in read.all("script") if "src" not in each.attributes]
    return [
        *(f"{each.name} has a style" for each in read.all() if "style" in each.attributes),
        *(f"{each.name} has {name}" for each in read.all() for name in each.attributes if name.startswith(HANDLERS)),
        *("a script" for each in scripts if each.attributes.get("type") != "application/json"),
    ]
