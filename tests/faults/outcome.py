"""What came of a fault: the oracle's verdict as a process of its own gave it, and a line of the table."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from events.log.cluster import Cluster
from tests.tidy.sources import ROOT

JUDGED = (0, 1)
"""The oracle's exit codes where it has a verdict."""


class Outcome(NamedTuple):
    """What came of a fault. ``findings`` are empty where all is as it should be."""

    times: int
    acknowledged: int
    lost: int
    doubled: int
    stall_seconds: float
    findings: list[str]
    verdict: dict[str, Any]


class Red(AssertionError):
    """Something was lost, doubled, or is otherwise not as the log says."""


def green(outcome: Outcome) -> Outcome:
    """Return an outcome. Raises Red where there is a finding."""
    if outcome.findings:
        raise Red("\n".join(outcome.findings))
    return outcome


def added(outcomes: Sequence[Outcome]) -> Outcome:
    """Return one outcome for several scenes of a fault; its verdict is the last one's."""
    return outcomes[-1]._replace(
        times=sum(each.times for each in outcomes),
        acknowledged=sum(each.acknowledged for each in outcomes),
        lost=sum(each.lost for each in outcomes),
        doubled=sum(each.doubled for each in outcomes),
        stall_seconds=max(each.stall_seconds for each in outcomes),
    )


def judged(cluster: Cluster, dsn: str, acknowledged: Path) -> dict[str, Any]:
    """Return the verdict of the oracle, a process of its own, on all live tables."""
    command = [sys.executable, "-m", "tests.oracle", "--kafka", cluster.servers, "--prefix", cluster.prefix]
    command += ["--dsn", dsn, "--acknowledged", str(acknowledged), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in JUDGED, done.stderr
    verdict: dict[str, Any] = json.loads(done.stdout)
    return verdict
