"""The clients that are let loose on the front door, each as a process of its own, and what they are given to send."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
PATIENCE_SECONDS = 60.0

Message = dict[str, Any]


class Sdk(NamedTuple):
    """A library and the small programme that drives it; ``tells_channel`` is whether its messages name a channel."""

    command: tuple[str, ...]
    tells_channel: bool = False


PYTHON = (sys.executable, "-W", "ignore")
SEGMENT_LIKE = {
    "segment-analytics-python": Sdk((*PYTHON, "analytics_python.py", "segment.analytics.client")),
    "rudder-sdk-python": Sdk((*PYTHON, "analytics_python.py", "rudderstack.analytics.client"), tells_channel=True),
    "@segment/analytics-node": Sdk(("node", "segment_node.cjs")),
    "@rudderstack/rudder-sdk-node": Sdk(("node", "rudderstack_node.cjs"), tells_channel=True),
}
CLOUDEVENTS = {
    "cloudevents for Python": Sdk((*PYTHON, "cloudevents_python.py")),
    "cloudevents for Node": Sdk(("node", "cloudevents_node.cjs")),
}
SDKS = SEGMENT_LIKE | CLOUDEVENTS

MODES = {
    "cloudevents for Python": ("binary", "structured", "first binary", "first structured", "batch"),
    "cloudevents for Node": ("binary", "structured"),
}


class Running:
    """A client that sends."""

    def __init__(self, name: str, url: str, key: str, messages: Sequence[Message], modules: Path) -> None:
        """Start it, and give it its messages; ``modules`` is where Node finds libraries."""
        self._process = subprocess.Popen(
            [*SDKS[name].command, url, key],
            cwd=HERE,
            env={**os.environ, "NODE_PATH": str(modules)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(messages))
        self._process.stdin.close()
        self._process.stdin = None

    def errors(self) -> list[str]:
        """Wait until it has ended, and return what it gave up on."""
        try:
            said, wrong = self._process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            said, wrong = self._process.communicate()
        assert self._process.returncode == 0, f"{said}{wrong}"
        found: list[str] = json.loads(said.splitlines()[-1])["errors"]
        return found


def searches(name: str, source: str, query: str) -> list[Message]:
    """Return a search for a client to send, in its own language; once in every mode of CloudEvents that it has."""
    if name in MODES:
        return [
            {
                "mode": mode,
                "id": f"{source}:{mode}",
                "source": source,
                "type": "regulars.search.performed.v2",
                "subject": f"customer:{mode}",
                "time": "2026-03-01T10:00:00+00:00",
                "data": {"query": query, "result_count": 0},
            }
            for mode in MODES[name]
        ]
    properties = {"query": query, "results_count": 0}
    return [
        {
            "type": "track",
            "messageId": f"m-{number}",
            "userId": f"u-{number}",
            "event": "Products Searched",
            "timestamp": "2026-03-01T10:00:00+00:00",
            "properties": properties,
        }
        for number in range(3)
    ]
