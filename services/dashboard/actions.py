"""Every action that pages have, one line each; of two that one path fits, the first one counts."""

from services.dashboard.acting import Action
from services.dashboard.desk_forms import DESK_ACTION

ACTIONS: tuple[Action, ...] = (DESK_ACTION,)
