"""Every reaction there is, and every sweep that finds signals for them: one line each."""

from services.reactions import (
    birthday_due,
    checklist_begun,
    checklist_caught_up,
    checklist_step_due,
    contact_due,
    contact_planned,
    dial_fell,
    goods_arrived,
    offer_moment,
    searched_in_vain,
)
from services.reactions.reaction import Reaction
from services.reactions.sweep import Sweep
from services.reactions.sweeps import SWEEPS as EVERY_SWEEP

REACTIONS: tuple[Reaction, ...] = (
    checklist_begun.REACTION,
    checklist_step_due.REACTION,
    checklist_caught_up.REACTION,
    contact_planned.REACTION,
    contact_due.REACTION,
    searched_in_vain.REACTION,
    dial_fell.REACTION,
    birthday_due.REACTION,
    goods_arrived.REACTION,
    offer_moment.REACTION,
)

SWEEPS: tuple[Sweep, ...] = EVERY_SWEEP
