"""What stands for the parameters in the paths of pages, so that every page can be looked at: one line a parameter."""

import re

from services.dashboard.page import Page
from services.dashboard.registered import PAGES
from services.views.view import View
from tests.dashboard.shop import NORTH, PARKED, WEB_SHOP, Person

PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")

NAMED: dict[str, str] = {
    "name": "complaints",
    "partition": "0",
    "offset": "261",
    "complaint": NORTH.complaint,
    "place": PARKED,
    "section": "profile",
    "source": WEB_SHOP,
}
"""A parameter of any page, by its name. ``subject`` is whom the test looks at; the event is one of the north."""

OF_PAGE: dict[tuple[str, str], str] = {}
"""A parameter of one page, where its name means something else there than elsewhere: (view, parameter)."""

ALWAYS_FILLED = frozenset({"complaint_case", "event", "projections", "reports", "settings_users", "sources"})
"""Views whose pages show something also where nothing has happened, such as what there is by itself."""


def sample(page: Page, parameter: str, person: Person = NORTH) -> str:
    """Return what stands for a parameter. Raises AssertionError where there is nothing."""
    if parameter == "subject":
        return person.subject
    named = OF_PAGE.get((page.view.name, parameter)) or NAMED.get(parameter)
    assert named, f"Say in {__name__} what stands for {{{parameter}}} of the page {page.view.name}."
    return named


def path_of(page: Page, suffix: str = "", person: Person = NORTH) -> str:
    """Return a path at which a page is found, or its twin with ``.json`` or ``.csv``."""
    return PARAMETER.sub(lambda found: sample(page, found[1], person), page.at) + suffix


def api_path_of(page: Page, suffix: str = "", person: Person = NORTH) -> str:
    """Return the path of the view of a page in the API."""
    return "/v1" + PARAMETER.sub(lambda found: sample(page, found[1], person), page.view.path) + suffix


def view_path_of(view: View) -> str:
    """Return the path of a view in the API, also of one that has no page."""
    return api_path_of(Page(view))


def has_parameters(page: Page) -> bool:
    """Return whether a page is of one of many things, which its path names."""
    return PARAMETER.search(page.at) is not None


def named(page: Page) -> str:
    """Return what a test over pages calls a page."""
    return page.view.name


ONE_A_TEMPLATE = tuple({page.template: page for page in PAGES}.values())
"""Pages that look alike, since one template makes them, are looked at once."""

PERSONAL = tuple(page for page in PAGES if page.view.personal)
OF_A_STORE = tuple(page for page in PAGES if "store" in page.view.parameters.__struct_fields__)
"""Pages that can be narrowed to one store."""
