"""Checklists: each run with its steps, and a step that is ticked off where it stands."""

from typing import Any

import httpx

from services.access.roles import Role
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard


def runs(client: httpx.Client, **asked: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - what a URL says
    """Return the listed runs."""
    found: list[dict[str, Any]] = client.get("/checklists.json", params={"limit": 500, **asked}).json()["tables"][
        "runs"
    ]
    return found


def test_every_figure_leads_to_its_runs(browsing: Browsing) -> None:
    """Those with a missing step, those under way; each leads to its customer and to the event that began it."""
    client = browsing()
    figures = client.get("/checklists.json").json()["figures"]

    missing, under_way = runs(client, show="missing"), runs(client, show="next")

    assert (len(missing), len(under_way)) == (figures["late"], figures["under_way"])
    assert all(row["partition"] is not None and row["name"] for row in missing)
    assert client.get("/checklists", params={"show": "lost"}).status_code == 422
    assert client.get("/checklists", params={"checklist": "of_nobody"}).status_code == 422


def test_a_step_is_ticked_off_in_place(dashboard: Dashboard, browsing: Browsing) -> None:
    """Its run's address opens the forms; the step is done then, late, by whoever ticked it."""
    client = browsing(Role.MANAGER, name="mia")
    run = runs(client, show="missing", checklist="complaint")[0]
    step, name = run["missed"][0], f"{run['checklist_id']}:{run['run']}"
    here = f"/checklists?show=missing&checklist=complaint&limit=500&open={name}"

    forms = [
        each
        for each in Html(client.get(here).text).all("form", class_="form")
        if each.attributes["action"].endswith("/tick")
    ]
    said = {"_back": here, "_form": forms[0].attributes["id"], "run": run["run"], "step": step, "store": run["store"]}
    answer = client.post(f"/desk/checklist/{run['checklist_id']}/tick", data=said)
    dashboard.catch_up()

    after = next(row for row in runs(client, checklist="complaint") if row["run"] == run["run"])
    assert (answer.status_code, answer.headers["location"]) == (303, here)
    assert step not in after["missed"]
    assert [each["by"] for each in after["happened"] if each["step"] == step] == ["mia"]
