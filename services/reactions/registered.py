"""Every reaction there is, and every sweep that finds signals for them: one line each."""

from services.reactions import (
    birthday_due,
    checklist_begun,
    checklist_caught_up,
    checklist_step_due,
    complaint_escalated,
    complaint_moved,
    complaint_opened,
    complaint_rated,
    complaint_reopened,
    complaint_settled,
    contact_due,
    contact_planned,
    dial_fell,
    goods_arrived,
    offer_moment,
    promise_at_risk,
    promise_due,
    searched_in_vain,
)
from services.reactions._engine.reaction import Reaction
from services.reactions._engine.sweep import Sweep
from services.reactions.sweeps import SWEEPS as EVERY_SWEEP

REACTIONS: tuple[Reaction, ...] = (
    complaint_opened.REACTION,
    complaint_moved.REACTION,
    complaint_settled.REACTION,
    complaint_reopened.REACTION,
    complaint_escalated.REACTION,
    complaint_rated.REACTION,
    promise_at_risk.REACTION,
    promise_due.REACTION,
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
