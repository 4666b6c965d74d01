"""What is shown while an answer is still being worked out."""

import pytest

from services.dashboard import routes
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html


@pytest.mark.parametrize("query", ["", "?happened_by=2011-02-15T00:00:00Z"])
def test_what_is_still_worked_out_is_a_page_that_asks_again(
    query: str, browsing: Browsing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of now and of a past: it is called as the navigation calls it, and comes by itself."""

    async def nothing_yet(*_: object) -> None:
        """Answer as while a past is folded."""

    monkeypatch.setattr(routes, "answered", nothing_yet)

    answer = browsing().get(f"/zero-results{query}")

    assert answer.status_code == 202
    assert answer.headers["Refresh"]
    assert Html(answer.text).all("h1")[0].text == "Zero results"
    assert ("folded from the log" in answer.text) is bool(query)
