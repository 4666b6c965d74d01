"""A rule of the house: promised times, calendars, assumptions, quiet hours; versioned, each from a day on.

Its id is the rule's name: ``complaint_promise``, or ``complaint_promise.leeds`` for one of a store. What others
published is heard from ``policies``. Checklists and segments are rules with a form of their own, see ``playbook``.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from msgspec import Meta

from events.catalog.parts import MAX_PROPERTIES
from events.event import Key, Label, Text
from services.desk.deciding import Aggregate, Command, Fact, Refused, Setting
from services.desk.policy_checks import ELSEWHERE, problems
from services.desk.policy_state import Policy, evolve, heard, published, withdrawn


class Publish(Command, frozen=True, kw_only=True):
    """Publish a version of a rule: from the beginning of a day in UTC on, or from now. It says all that the rule says.

    A version without a name is numbered. Where one holds already, none is published for days that are over.
    """

    content: Annotated[dict[Key, Text], Meta(min_length=1, max_length=MAX_PROPERTIES)]
    since: date | None = None
    version: Label = ""

    def decide(self, state: Policy, setting: Setting) -> Sequence[Fact]:
        """What is known of a rule's settings is checked."""
        _not_elsewhere(state)
        for problem in problems(state.policy, self.content):
            field = problem.partition(":")[0]
            message = f"{problem} Nothing was published."
            raise Refused("bad_policy", message, field=f"content.{field}")
        return published(state, setting, self.content, self.since, self.version)


class Withdraw(Command, frozen=True, kw_only=True):
    """Withdraw a rule from now on: it is as if nothing had been said, or, for a store, as everybody's says."""

    def decide(self, state: Policy, setting: Setting) -> Sequence[Fact]:
        """There was one."""
        _not_elsewhere(state)
        return withdrawn(state, setting)


def _not_elsewhere(state: Policy) -> None:
    for beginning, words in ELSEWHERE.items():
        if state.policy.startswith(beginning):
            message = f"{state.policy} is published {words}."
            raise Refused("published_elsewhere", message, field="id")


def begin(name: str) -> Policy:
    """Return a rule of which nothing is known."""
    return Policy(name, name)


COMMANDS = (Publish, Withdraw)
POLICY = Aggregate("policy", "A rule of the house, version by version.", begin, evolve, COMMANDS, heard)
