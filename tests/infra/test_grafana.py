"""infra/grafana: it comes up with its source and its dashboards, and they ask for what is shown."""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from services.process.metrics import METRICS
from tests.infra.conftest import Services
from tests.infra.shown import SUFFIXES, answered, asked, unknown
from tests.tidy.sources import ROOT

FOLDER = ROOT / "infra/grafana"
DASHBOARDS = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("dashboards/*"))}
LABEL = re.compile(r"\{\{(\w+)\}\}")
VARIABLES = {"$__rate_interval": "5m", "$projection": ".*"}


def _provisioned(kind: str) -> dict[str, Any]:
    (path,) = (FOLDER / "provisioning" / kind).iterdir()
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def _panels() -> list[tuple[str, dict[str, Any]]]:
    return [(name, panel) for name, board in DASHBOARDS.items() for panel in board["panels"] if panel["type"] != "row"]


def _queries() -> Iterator[tuple[str, str]]:
    """Return each query with where it stands, its variables filled in."""
    for name, panel in _panels():
        for target in panel["targets"]:
            query = target["expr"]
            for variable, value in VARIABLES.items():
                query = query.replace(variable, value)
            yield f"{name}: {panel['title']}", query


def _sources(part: object) -> Iterator[object]:
    """Return each source that a part of a dashboard names, however deep."""
    match part:
        case dict():
            yield from [part["datasource"]] if "datasource" in part else []
            yield from (source for each in part.values() for source in _sources(each))
        case list():
            yield from (source for each in part for source in _sources(each))
        case _:
            pass


def test_each_query_asks_for_what_is_shown() -> None:
    """Each series exists and has the labels that the query names; a panel never stays empty for a wrong name."""
    wrong = [(place, query) for place, query in _queries() if unknown(query) or "$" in query]

    assert wrong == []


def test_a_legend_names_labels_that_are_there() -> None:
    """What stands in a legend is kept by the query."""
    legends = [(target["legendFormat"], target["expr"]) for _, panel in _panels() for target in panel["targets"]]

    wrong = [
        (legend, query) for legend, query in legends for label in LABEL.findall(legend) if label not in answered(query)
    ]

    assert wrong == []


def test_every_metric_is_on_a_dashboard() -> None:
    """What is worth showing to Prometheus is worth a look."""
    looked_at = set[str]().union(*(asked(query).series for _, query in _queries()))

    hidden = [each.name for each in METRICS if not looked_at & {each.name + suffix for suffix in SUFFIXES[each.kind]}]

    assert hidden == []


def test_a_panel_says_what_it_shows_and_lies_over_no_other() -> None:
    """Each has a title, a description and its own place in the grid of 24 columns."""
    for board in DASHBOARDS.values():
        places = [panel["gridPos"] for panel in board["panels"]]
        cells = [
            (x, y)
            for place in places
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        ]
        assert len(cells) == len(set(cells))
        assert max(x for x, _ in cells) == 23
        assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])

    assert [panel["title"] for _, panel in _panels() if not panel["title"] or not panel["description"]] == []


def test_every_panel_asks_the_source_that_is_provisioned(services: Services) -> None:
    """One source, the service "prometheus", under the name by which the dashboards know it."""
    (source,) = _provisioned("datasources")["datasources"]
    asking = [each for board in DASHBOARDS.values() for each in _sources(board)]

    port = services["prometheus"].settings["ports"][0].rpartition(":")[2]

    assert source["url"] == f"http://prometheus:{port}"
    assert [each for each in asking if each != {"type": source["type"], "uid": source["uid"]}] == []


def test_the_dashboards_lie_where_grafana_looks(services: Services) -> None:
    """The provider's folder is where they are mounted, and the home page is one of them."""
    (provider,) = _provisioned("dashboards")["providers"]
    mounted = dict(each.split(":")[:2] for each in services["grafana"].settings["volumes"])

    home = services["grafana"].environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]

    assert provider["options"]["path"] == mounted["./infra/grafana/dashboards"]
    assert home.removeprefix(f"{provider['options']['path']}/") in DASHBOARDS
    assert mounted["./infra/grafana/provisioning"] == "/etc/grafana/provisioning"
    assert len({board["uid"] for board in DASHBOARDS.values()}) == len(DASHBOARDS)
