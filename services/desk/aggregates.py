"""What can be decided on at the desk: one line each."""

from collections.abc import Mapping
from typing import Any

from services.desk.checklist import CHECKLIST
from services.desk.complaint import COMPLAINT
from services.desk.consent import CONSENT
from services.desk.contact_plan import CONTACT_PLAN
from services.desk.customer_word import CUSTOMER_WORD
from services.desk.deciding import Aggregate
from services.desk.identity_decision import IDENTITY_DECISION
from services.desk.identity_link import IDENTITY_LINK
from services.desk.ownership import OWNERSHIP
from services.desk.playbook import PLAYBOOK
from services.desk.policy import POLICY
from services.desk.portfolio import PORTFOLIO
from services.desk.promise import PROMISE
from services.desk.task import TASK

AGGREGATES: tuple[Aggregate[Any], ...] = (
    COMPLAINT,
    PROMISE,
    TASK,
    PORTFOLIO,
    OWNERSHIP,
    CONTACT_PLAN,
    CHECKLIST,
    CONSENT,
    IDENTITY_DECISION,
    IDENTITY_LINK,
    CUSTOMER_WORD,
    PLAYBOOK,
    POLICY,
)

BY_NAME: Mapping[str, Aggregate[Any]] = {aggregate.name: aggregate for aggregate in AGGREGATES}
