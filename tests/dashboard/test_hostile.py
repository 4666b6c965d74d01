"""What ill-meaning people write stays text: on every page, in every field of every event, and in every address."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

import httpx
import msgspec
import pytest

from events.catalog.feedback import SuggestionMade
from services.access.roles import Role
from services.dashboard.page import Page
from services.installation import open_installation
from services.settings import Settings
from tests.dashboard.conftest import CHROME
from tests.dashboard.hostile import IMAGE, PAYLOADS, SCRIPT, append_all, subject_of
from tests.dashboard.reading import Html
from tests.dashboard.samples import ONE_A_TEMPLATE, PARAMETER, named, sample
from tests.dashboard.served import Dashboard, served
from tests.dashboard.tabs import Look, looking
from tests.services.ingest.doors import database_for

BROKEN_OUT = ("<img src=x", "<script>alert")
RUNS = "main img, script:not([src]):not([type='application/json'])"
LINKS = ("href", "src", "action", "formaction", "hx-get", "hx-sse:connect")
ANSWERS = {200, 303, 404, 422}
"""What is looked for may be found at once, which leads to it."""


class Hostile(NamedTuple):
    """A dashboard that ill-meaning people have written to, and where their events lie, by type."""

    dashboard: Dashboard
    client: httpx.Client
    places: dict[str, str]


@pytest.fixture(scope="module")
def hostile(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[Hostile]:
    """Return a dashboard that has nothing to show but what was written with ill will."""
    with database_for(postgres, template, next(database_names)) as dsn:
        with open_installation(Settings(postgres=dsn)) as installation:
            places = append_all(installation.journal())
        with served(dsn) as dashboard:
            dashboard.catch_up()
            with dashboard.client() as client:
                yield Hostile(dashboard, client, places)


def broken_out(answer: httpx.Response) -> list[str]:
    """Return what a page has of a payload that is not text: elements, handlers, and links that run something."""
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        return []
    source, read = answer.text, Html(answer.text)
    return [
        *(mark for mark in BROKEN_OUT if mark in source),
        *(f"<{each.name}>" for each in read.all("img")),
        *(name for each in read.all() for name in each.attributes if name.startswith("on")),
        *(
            link
            for each in read.all()
            for link in (each.attributes.get(name, "") for name in LINKS)
            if link.strip().lower().startswith("javascript:")
        ),
    ]


def path_with(page: Page, payload: str) -> str:
    """Return the path of a page with the payload in it, wherever a customer or a thing of theirs is named."""
    hostile = {"subject": subject_of(payload), "complaint": payload}
    return PARAMETER.sub(lambda found: quote(hostile.get(found[1]) or sample(page, found[1]), safe=""), page.at)


def takes_any_text(page: Page, name: str) -> bool:
    """Return whether a parameter of a page may be any text, so that the page shows it."""
    try:
        msgspec.convert({name: SCRIPT}, page.view.parameters, strict=False)
    except msgspec.ValidationError:
        return False
    return True


@pytest.mark.parametrize("page", ONE_A_TEMPLATE, ids=named)
def test_what_is_written_with_ill_will_stays_text(page: Page, hostile: Hostile) -> None:
    """No page makes an element, a handler or a link of what an event says; pages of one customer say it."""
    answers = {payload: hostile.client.get(path_with(page, payload)) for payload in PAYLOADS}

    assert {
        payload: answer.status_code for payload, answer in answers.items() if answer.status_code not in ANSWERS
    } == {}
    assert {payload: broken_out(answer) for payload, answer in answers.items() if broken_out(answer)} == {}
    if page.view.personal:
        told = {subject_of(payload): Html(answer.text).text for payload, answer in answers.items()}
        assert [subject for subject, text in told.items() if subject not in text] == []


@pytest.mark.parametrize("page", ONE_A_TEMPLATE, ids=named)
def test_what_is_asked_with_ill_will_stays_text(page: Page, hostile: Hostile) -> None:
    """What stands in an address is shown as text, or refused in a sentence that quotes it."""
    fields = [name for name in page.view.parameters.__struct_fields__ if name != "table"]
    anything = [name for name in fields if takes_any_text(page, name)]
    codes = [name for name in [*fields, "nonesuch"] if name not in anything]

    asked = [dict.fromkeys(anything, SCRIPT), {codes[0]: SCRIPT}]
    answers = [hostile.client.get(path_with(page, SCRIPT), params=params) for params in asked]

    assert {answer.status_code for answer in answers} <= ANSWERS
    assert [broken_out(answer) for answer in answers if broken_out(answer)] == []


def test_every_type_of_event_stays_text_on_its_own_page(hostile: Hostile) -> None:
    """The page of an event shows all that it says, whatever its type is."""
    pages = {kind: hostile.client.get(f"/events/{place}") for kind, place in hostile.places.items()}

    assert {kind: broken_out(page) for kind, page in pages.items() if broken_out(page)} == {}
    assert [
        kind for kind, page in pages.items() if not any(payload in Html(page.text).text for payload in PAYLOADS)
    ] == []


def test_a_browser_runs_nothing_of_it(hostile: Hostile) -> None:
    """No dialog, no error and no violation of the policy: on the customer's page, in the list, and live."""
    with looking(CHROME, hostile.dashboard, Look(Role.ADMIN)) as looked:
        for payload in PAYLOADS:
            page = looked.visit(f"/customers/{quote(subject_of(payload))}")
            assert page.locator("h1").inner_text() in PAYLOADS
            assert page.locator(RUNS).count() == 0
        page = looked.visit("/live")
        hostile.dashboard.tell(SuggestionMade(suggestion="s-1", theme=SCRIPT, text=IMAGE), by=subject_of(IMAGE))
        page.get_by_text("Suggestion made").first.wait_for()
        page.get_by_text(f"Theme {SCRIPT}").first.wait_for()
        assert page.locator(RUNS).count() == 0


def test_it_is_folded_like_anything_else(hostile: Hostile) -> None:
    """Nothing of it is parked, so that there is something for the pages to show."""
    parked = hostile.dashboard.connection.execute("SELECT count(*) FROM engine.dead_letter").fetchall()

    assert parked == [(0,)]
