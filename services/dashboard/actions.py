"""Every action that pages have, one line each; of two that one path fits, the first one counts."""

from services.dashboard.acting import Action
from services.dashboard.acts_customer import CUSTOMER_ACTIONS
from services.dashboard.acts_dead_letters import DEAD_LETTER_ACTIONS
from services.dashboard.acts_outgoing import OUTGOING_ACTIONS
from services.dashboard.acts_projections import PROJECTION_ACTIONS
from services.dashboard.acts_segments import SEGMENT_ACTIONS
from services.dashboard.acts_settings import SETTINGS_ACTIONS
from services.dashboard.acts_sources import SOURCE_ACTIONS
from services.dashboard.acts_users import USER_ACTIONS
from services.dashboard.desk_forms import DESK_ACTION

ACTIONS: tuple[Action, ...] = (
    DESK_ACTION,
    *CUSTOMER_ACTIONS,
    *DEAD_LETTER_ACTIONS,
    *OUTGOING_ACTIONS,
    *PROJECTION_ACTIONS,
    *SEGMENT_ACTIONS,
    *SETTINGS_ACTIONS,
    *SOURCE_ACTIONS,
    *USER_ACTIONS,
)
