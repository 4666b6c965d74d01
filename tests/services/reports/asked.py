"""Reports as tests ask them."""

from typing import Any

from services.installation import Connection
from services.reports.asking import Asked, ask
from services.reports.report import Answer, Report


def told(connection: Connection, report: Report, **asked: Any) -> Answer:  # noqa: ANN401 - what a report is asked
    """Return a report's answer."""
    return ask(connection, report, Asked(**asked)).answer
