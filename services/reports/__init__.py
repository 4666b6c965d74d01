"""Who asks about everybody: every report there is, one line each."""

from services.reports.concentration import CONCENTRATION
from services.reports.report import Report

REPORTS: tuple[Report, ...] = (CONCENTRATION,)
