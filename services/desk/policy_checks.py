"""What is checked of a rule of the house before it is published: one line for each whose settings are known here.

Others are taken as they are: what they mean, only their readers know.
"""

from collections.abc import Callable, Iterable, Mapping

from services.outgoing import rules as outgoing
from services.promises.in_force import POLICY as COMPLAINT_PROMISE
from services.promises.promise import BadPromise, promise_of
from services.reactions import settings as reactions
from services.reports import complaints_at_risk, contact_plan

Check = Callable[[Mapping[str, str]], Iterable[str]]
"""Yields what is wrong with a content: a sentence each, which begins with the setting's name and a colon."""


def of_promise(content: Mapping[str, str]) -> Iterable[str]:
    """Yield what is wrong with a promised time."""
    try:
        promise_of(content)
    except BadPromise as error:
        yield str(error)


CHECKS: Mapping[str, Check] = {
    COMPLAINT_PROMISE: of_promise,
    complaints_at_risk.POLICY: complaints_at_risk.problems,
    contact_plan.POLICY: contact_plan.problems,
    reactions.POLICY: reactions.problems,
    outgoing.QUIET: outgoing.quiet_hours_problems,
    outgoing.CAPS: outgoing.caps_problems,
}
"""The check of each rule; one of a store, as ``complaint_promise.leeds``, is checked as everybody's."""

ELSEWHERE: Mapping[str, str] = {
    "checklist.": "as a playbook, which is checked: 'regulars checklists publish'",
    "segment.": "as a segment, which is checked: 'regulars segments define'",
}
"""Rules with an inner structure, by the beginning of their names, and how they are published instead."""


def problems(policy: str, content: Mapping[str, str]) -> Iterable[str]:
    """Yield what is wrong with the content of a rule, as far as that is known."""
    check = CHECKS.get(policy.partition(".")[0])
    return check(content) if check is not None else ()
