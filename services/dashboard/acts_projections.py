"""What is done from the pages of the projections and of the audit: jobs are begun, which go on without the browser."""

from collections.abc import Callable

from services.access.roles import Capability
from services.dashboard.acting import Acting, Action
from services.dashboard.acts import refused_for, text
from services.house.folding_again import DIGEST, REBUILD, VERIFY, WORK, UnknownProjection, named
from services.house.jobs import JobRuns

SENTENCES = {
    REBUILD: "The rebuild has begun: the live rows are swapped for the new ones when those have caught up.",
    VERIFY: "The verification has begun: the whole log is folded again.",
    DIGEST: "The digests are being taken.",
}


def _beginning(kind: str) -> Callable[[Acting], str]:
    def begin(acting: Acting) -> str:
        what = text(acting, "what")
        with refused_for(JobRuns, UnknownProjection):
            named(acting.connection, what)
            acting.installation.jobs.start(kind, what, acting.viewer.name, WORK[kind](acting.installation, what))
        return SENTENCES[kind]

    return begin


PROJECTION_ACTIONS = (
    *(Action(f"/projections/jobs/{kind}", _beginning(kind), Capability.OPERATE) for kind in WORK),
    Action("/audit/verify", _beginning(VERIFY), Capability.AUDIT),
)
