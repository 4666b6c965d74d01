"""The page of the API: everything that its document describes, readable without scripts."""

import httpx

from services.access.roles import Role
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard


def test_the_page_has_everything_that_the_document_describes(dashboard: Dashboard, browsing: Browsing) -> None:
    """Each operation with its method, path and summary; CSV twins are told with what they are twins of."""
    document = httpx.get(f"{dashboard.url}/openapi.json").json()

    read = Html(browsing(Role.VIEWER).get("/api").text)

    shown = " ".join(read.texts("summary"))
    for path, item in document["paths"].items():
        for method, said in item.items():
            if not path.endswith(".csv"):
                assert f"{method.upper()} {path} {said['summary']}" in shown
    assert any('"lag_events"' in text for text in read.texts("pre"))
    assert {"/openapi.json"} <= {link.attributes["href"] for link in read.all("a")}
    assert not [each for each in read.all("script") if "src" not in each.attributes]


def test_whoever_is_not_signed_in_is_led_to_the_sign_in(dashboard: Dashboard) -> None:
    """The document itself is open to everybody."""
    assert httpx.get(f"{dashboard.url}/api").status_code == 303
    assert httpx.get(f"{dashboard.url}/openapi.json").status_code == 200
