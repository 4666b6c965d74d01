"""The page of the projections: how each stands, and jobs that outlive the browser that began them."""

import threading
from typing import Any

import httpx
import pytest

from projections import PROJECTIONS
from services.access.roles import Role
from services.house import jobs
from services.house.folding_again import KINDS, REBUILD, VERIFY, rebuilding
from tests.dashboard.conftest import Browsing
from tests.dashboard.posting import notes, post
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard

PAGE = "/projections"
WAIT_SECONDS = 30.0


def last(dashboard: Dashboard, kind: str) -> jobs.Job:
    """Return the last job of a kind, when it has ended."""
    for thread in threading.enumerate():
        if thread.name.startswith(f"job-{kind}-"):
            thread.join(WAIT_SECONDS)
    return jobs.jobs(dashboard.connection, kind, 1)[0]


def rows(client: httpx.Client) -> dict[str, dict[str, Any]]:
    """Return the rows of the table, by projection."""
    return {row["name"]: row for row in client.get(f"{PAGE}.json").json()["tables"]["projections"]}


def test_every_projection_is_listed_with_its_lag(browsing: Browsing) -> None:
    """Each with its version, its rows, and how far it is behind; whoever may not rebuild is shown no button."""
    found = rows(browsing(Role.VIEWER))
    read = Html(browsing(Role.VIEWER).get(PAGE).text)

    assert set(found) == {each.name for each in PROJECTIONS}
    assert found["profile"]["standing"] == "current"
    assert not [form for form in read.all("form") if "/jobs/" in form.attributes.get("action", "")]


def test_a_rebuild_goes_on_without_the_browser_and_says_what_came_of_it(
    dashboard: Dashboard, browsing: Browsing
) -> None:
    """The rows are swapped for those that the log says: here there is one row too many before."""
    client = browsing()
    table = rows(client)["catalogue"]["table"]
    dashboard.connection.execute(f"DELETE FROM projection.{table} WHERE product = (SELECT min(product) FROM {table})")
    held = rows(client)["catalogue"]["rows"]

    status, page = post(client, f"{PAGE}/jobs/rebuild", PAGE, what="catalogue")
    done = last(dashboard, REBUILD)
    after = rows(client)["catalogue"]

    assert (status, done.state, done.what, done.started_by) == (303, "done", "catalogue", "admin")
    assert "The rebuild has begun" in notes(page)
    assert done.said == "catalogue did not hold what the log says; what was built again does, and is live."
    assert after["rows"] > held
    assert after["table"] != table
    assert after["digest"] == done.outcome["projections"][0]["digest"]


def test_a_job_that_runs_is_shown_with_its_progress_and_no_other_of_its_kind_begins(
    dashboard: Dashboard, browsing: Browsing
) -> None:
    """How much of how much, and that it goes on. After a restart of the process that ran it, it was interrupted."""
    client = browsing()
    elsewhere = dashboard.installation.connect("tests")
    elsewhere.execute(jobs.LOCK, [VERIFY])
    elsewhere.execute(jobs.BEGIN, [VERIFY, "", "harriet"])
    elsewhere.execute("UPDATE house.job SET progress = 250, total = 1000 WHERE state = 'running'")
    try:
        running = Html(client.get(PAGE).text)
        status, page = post(client, f"{PAGE}/jobs/verify", PAGE)
    finally:
        elsewhere.close()
    shown = client.get(f"{PAGE}.json").json()

    assert "harriet began it" in running.text
    assert [bar.attributes["value"] for bar in running.all("progress")] == ["0.25"]
    assert "25 %" in running.text.replace("\N{NO-BREAK SPACE}", " ")
    assert (status, "A job of the kind verify runs already" in notes(page)) == (422, True)
    assert (shown["running"], shown["tables"]["jobs"][0]["state"]) == ([], "interrupted")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
@pytest.mark.parametrize("kind", KINDS)
def test_jobs_are_begun_by_whoever_runs_the_projections(browsing: Browsing, role: Role, kind: str) -> None:
    """Nobody else begins one, whatever form they send."""
    stores = ("north",) if role is Role.STAFF else ()

    status, _ = post(browsing(role, *stores), f"{PAGE}/jobs/{kind}", PAGE, what="profile")

    assert status == 403


def test_what_there_is_not_is_not_built(browsing: Browsing) -> None:
    """It is said beside the page."""
    status, page = post(browsing(), f"{PAGE}/jobs/rebuild", PAGE, what="nonsense")

    assert status == 422
    assert "There is no projection 'nonsense' that is live" in notes(page)


def test_a_rebuild_tells_how_far_it_is(dashboard: Dashboard) -> None:
    """In events of the log, of as many as there are."""
    told: list[tuple[int, int]] = []
    connection = dashboard.connection

    came = rebuilding(dashboard.installation, "staff")(connection, lambda done, total: told.append((done, total)))

    total = sum(dashboard.installation.journal().ends().values())
    assert told[-1] == (total, total)
    assert came.outcome["projections"][0]["equal"] is True
