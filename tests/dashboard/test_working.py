"""What is shown while an answer is still being worked out."""

from datetime import UTC, datetime

import pytest
from fastapi import FastAPI, Request

from services.access.roles import Role
from services.access.viewer import Viewer
from services.dashboard.registered import PAGES
from services.dashboard.rendering import page_answer
from services.dashboard.routes import surroundings
from tests.dashboard.reading import Html

PAGE = next(page for page in PAGES if page.at == "/zero-results")


@pytest.mark.parametrize("past", [None, datetime(2011, 2, 15, tzinfo=UTC)])
def test_what_is_still_worked_out_is_a_page(past: datetime | None) -> None:
    """Of now and of a past, of which no position is known yet; it is called as the navigation calls it."""
    where = {"path": PAGE.at, "raw_path": PAGE.at.encode(), "query_string": b"", "server": ("127.0.0.1", 80)}
    request = Request({"type": "http", "method": "GET", "scheme": "http", "headers": [], "app": FastAPI(), **where})
    context = {**surroundings(request, Viewer("anna", Role.MANAGER), PAGE), "past": past}

    text = bytes(page_answer(request, "working.html", context).body).decode()

    assert Html(text).all("h1")[0].text == "Zero results"
    assert ("folded from the log" in text) is bool(past)
