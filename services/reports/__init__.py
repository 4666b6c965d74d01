"""Who asks about everybody: every report there is, one line each."""

from services.reports.concentration import CONCENTRATION
from services.reports.preferences import PREFERENCES
from services.reports.report import Report
from services.reports.visits import VISITS

REPORTS: tuple[Report, ...] = (CONCENTRATION, VISITS, PREFERENCES)
