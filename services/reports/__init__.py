"""Who asks about everybody: every report there is, one line each."""

from services.reports.associations import ASSOCIATIONS
from services.reports.checklists import CHECKLISTS
from services.reports.complaints import COMPLAINTS
from services.reports.concentration import CONCENTRATION
from services.reports.contact_plan import CONTACT_PLAN
from services.reports.contacts import CONTACTS
from services.reports.dial import DIAL
from services.reports.next_offer import NEXT_OFFER
from services.reports.oddities import ODDITIES
from services.reports.order_accuracy import ORDER_ACCURACY
from services.reports.order_status import ORDER_STATUS
from services.reports.preferences import PREFERENCES
from services.reports.report import Report
from services.reports.retention import RETENTION
from services.reports.segments import SEGMENTS
from services.reports.share_of_customer import SHARE_OF_CUSTOMER
from services.reports.store import STORE
from services.reports.tasks import TASKS
from services.reports.unmet_demand import UNMET_DEMAND
from services.reports.visits import VISITS
from services.reports.voice import VOICE

REPORTS: tuple[Report, ...] = (
    CONCENTRATION,
    DIAL,
    VISITS,
    UNMET_DEMAND,
    ODDITIES,
    ASSOCIATIONS,
    NEXT_OFFER,
    PREFERENCES,
    SHARE_OF_CUSTOMER,
    SEGMENTS,
    RETENTION,
    COMPLAINTS,
    CHECKLISTS,
    ORDER_STATUS,
    ORDER_ACCURACY,
    CONTACTS,
    CONTACT_PLAN,
    TASKS,
    VOICE,
    STORE,
)
