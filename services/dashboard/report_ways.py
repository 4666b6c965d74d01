"""Which events each report's figures count, or were worked out from: a report that is not here has no such links."""

from services.dashboard.report_way import ReportWays
from services.dashboard.report_ways_of_service import SERVICE
from services.dashboard.report_ways_of_wishes import WISHES
from services.dashboard.report_ways_of_worth import WORTH

WAYS: dict[str, ReportWays] = {**WORTH, **WISHES, **SERVICE}
"""By the report's name."""
