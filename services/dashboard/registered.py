"""Every page there is, one line each, in the order of the navigation."""

from services.dashboard.page import Page
from services.views.events_at import EVENT_VIEW
from services.views.live import LIVE_VIEW
from services.views.projections import PROJECTIONS_VIEW

GROUPS = ("Customers", "Shop", "House")

PAGES: tuple[Page, ...] = (
    Page(LIVE_VIEW, "Shop", "radio", "Live"),
    Page(PROJECTIONS_VIEW, "House", "layers", "Projections", follows=True),
    Page(EVENT_VIEW),
)
