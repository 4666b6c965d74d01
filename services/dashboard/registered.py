"""Every page there is, one line each, in the order of the navigation."""

from services.dashboard.page import Page
from services.views.complaint_case import COMPLAINT_CASE
from services.views.complaints_board import COMPLAINTS_BOARD
from services.views.events_at import EVENT_VIEW
from services.views.live import LIVE_VIEW
from services.views.projections import PROJECTIONS_VIEW

GROUPS = ("Customers", "Shop", "House")

PAGES: tuple[Page, ...] = (
    Page(COMPLAINTS_BOARD, "Customers", "message-square-warning", "Complaints", follows=True),
    Page(COMPLAINT_CASE, follows=True),
    Page(LIVE_VIEW, "Shop", "radio", "Live"),
    Page(PROJECTIONS_VIEW, "House", "layers", "Projections", follows=True),
    Page(EVENT_VIEW),
)
