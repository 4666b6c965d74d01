"""infra/prometheus: it scrapes what is there, and its alerts ask for what is shown."""

import re
from typing import Any

import pytest
import yaml

from tests.infra.conftest import Services
from tests.infra.shown import answered, asked, unknown
from tests.tidy.sources import ROOT

FOLDER = ROOT / "infra/prometheus"
CONFIGURATION = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
RULES = [
    rule
    for file in CONFIGURATION["rule_files"]
    for group in yaml.safe_load((FOLDER / file).read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
TEMPLATE = re.compile(r"\{\{[^}]*\$labels\.(\w+)")
COVERED = {
    "regulars_door_interruptions_total",
    "regulars_door_lag_records",
    "regulars_door_refused_total",
    "regulars_ingest_away",
    "regulars_lag_seconds",
    "regulars_outgoing_dead_total",
    "regulars_parked_events",
    "regulars_pump_fenced_total",
    "regulars_pump_interruptions_total",
    "regulars_pump_partitions",
    "regulars_reactions_firings_total",
    "regulars_reactions_leading",
    "regulars_relay_backlog",
    "regulars_relay_leading",
    "up",
}
"""What goes wrong on the way of an event, and is to be told."""

each_rule = pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])


def test_it_scrapes_each_service_that_shows_metrics(services: Services) -> None:
    """By the name of the service, so that every container of it is found, at the port of its environment."""
    wanted = {
        name: {(name, int(service.environment["REGULARS_METRICS"].rpartition(":")[2]))}
        for name, service in services.items()
        if "REGULARS_METRICS" in service.environment
    }

    jobs = {job["job_name"]: job.get("dns_sd_configs", []) for job in CONFIGURATION["scrape_configs"]}
    found = {job: {(name, each["port"]) for each in sds for name in each["names"]} for job, sds in jobs.items()}

    assert {job: targets for job, targets in found.items() if targets} == wanted


def test_it_reads_its_files_where_they_are_mounted(services: Services) -> None:
    """The command names the configuration; the rules stand beside it."""
    settings = services["prometheus"].settings

    assert "./infra/prometheus:/etc/prometheus:ro" in settings["volumes"]
    assert "--config.file=/etc/prometheus/prometheus.yml" in settings["command"]
    assert [file for file in CONFIGURATION["rule_files"] if not (FOLDER / file).is_file()] == []


@each_rule
def test_an_alert_asks_for_what_is_shown(rule: dict[str, Any]) -> None:
    """Each series is one of ours or of Prometheus' own, and has the labels that the rule names."""
    named = {label for text in rule["annotations"].values() for label in TEMPLATE.findall(text)}

    assert unknown(rule["expr"]) == set()
    assert named <= answered(rule["expr"])


@each_rule
def test_an_alert_tells_what_is_wrong_and_where_to_begin(rule: dict[str, Any]) -> None:
    """It is for somebody who has to act, now or today."""
    assert set(rule["annotations"]) == {"summary", "description"}
    assert rule["labels"]["severity"] in {"page", "ticket"}


def test_what_goes_wrong_is_told() -> None:
    """Each of these has a rule."""
    watched = set[str]().union(*(asked(rule["expr"]).series for rule in RULES))

    assert watched >= COVERED


def test_the_alert_on_pumps_knows_how_many_there_are(services: Services) -> None:
    """It compares with the number in docker-compose.yml."""
    rule = next(rule for rule in RULES if rule["alert"] == "PumpDown")

    assert rule["expr"].endswith(f"< {services['pump'].replicas}")
    assert f"of {services['pump'].replicas} pumps" in rule["annotations"]["summary"]
