"""The page of every report: one that suits any of them, and those whose subject has a page of its own in the shop."""

from services.dashboard.page import Page
from services.views.report_list import REPORTS_VIEW
from services.views.reports import REPORT_VIEWS
from services.views.view import View

IN_THE_SHOP: dict[str, tuple[str, str, str]] = {
    "/reports/unmet_demand": ("/zero-results", "search-x", "Zero results"),
    "/reports/associations": ("/associations", "network", "Associations"),
    "/reports/voice": ("/voice", "megaphone", "Voice"),
    "/reports/store": ("/stores", "store", "Stores"),
}
"""Where a report is found that stands in the navigation: its page's path, icon and label."""

DRAWN = frozenset({"/reports/concentration"})
"""Reports that have a template of their own besides."""


def report_page(view: View) -> Page:
    """Return the page of a report."""
    if view.path in IN_THE_SHOP:
        path, icon, label = IN_THE_SHOP[view.path]
        return Page(view, "Shop", icon, label, path)
    return Page(view, shown_by="" if view.path in DRAWN else "report")


REPORT_PAGES: tuple[Page, ...] = (
    *sorted(
        map(report_page, REPORT_VIEWS), key=lambda page: list(IN_THE_SHOP).index(page.view.path) if page.path else 99
    ),
    Page(REPORTS_VIEW, "Shop", "chart-line", "Reports"),
)
