"""Steps of checklists that somebody ticked: when first, by whom, in which store.

Reads ChecklistStepDone. One row per subject, checklist, run and step. What else tells that a step was done, such as a
delivery, stays where it is kept; which steps there are, and by when, the playbook says that was in force then. The two
meet at read, in the report ``checklists``.
"""

from datetime import datetime

from events.catalog.operations import ChecklistStepDone
from events.envelope import Envelope
from projections._engine.columns import Earliest, Key, Min, Sum
from projections._engine.declaration import Projection, Row, Signal, folds, signals


class ChecklistSteps(Projection, version=1):
    """A step of one run of a checklist."""

    subject: Key[str]
    checklist: Key[str]
    run: Key[str]
    step: Key[str]
    done: Min[datetime]
    doer: Earliest[str]
    store: Earliest[str]
    times: Sum

    @folds(ChecklistStepDone)
    def ticked(self, event: ChecklistStepDone, envelope: Envelope) -> Row:
        """Ticked again, a step was done when it was ticked first."""
        return self.row(
            envelope.subject,
            event.checklist,
            event.run,
            event.step,
            done=envelope.time,
            doer=event.by,
            store=event.store,
            times=1,
        )

    @signals(ChecklistStepDone)
    def is_done(self, event: ChecklistStepDone, envelope: Envelope) -> Signal:
        """A run may begin with it, and a step that was overdue may be done after all."""
        said = {"checklist": event.checklist, "run": event.run, "step": event.step, "store": event.store}
        return Signal("checklist_step_done", envelope.subject, said)
