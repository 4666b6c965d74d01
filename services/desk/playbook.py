"""A playbook of a checklist: published, version by version, and withdrawn. Checklists that run keep the one they have.

Its id is its name, such as ``first_order``. It is the rule ``checklist.NAME``, which the report ``checklists`` reads;
what others published is heard from ``policies``. What it may say is checked as ``services.checklists`` does.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from msgspec import Meta

from services.checklists import publishing
from services.checklists.playbook import MOST_STEPS, Line, Playbook, Step, Trigger
from services.checklists.reading import problems
from services.desk.deciding import Aggregate, Command, Fact, Refused, Setting
from services.desk.policy_state import Policy, evolve, heard, published, withdrawn


class Publish(Command, frozen=True, kw_only=True):
    """Publish a version: runs that begin from then on are asked its steps. ``since`` is a day in UTC; now by itself."""

    trigger: Trigger
    steps: Annotated[list[Step], Meta(min_length=1, max_length=MOST_STEPS)]
    title: Line = ""
    called_off_by: str = ""
    since: date | None = None

    def decide(self, state: Policy, setting: Setting) -> Sequence[Fact]:
        """It is a playbook that can be worked by."""
        playbook = Playbook(
            name=setting.id,
            trigger=self.trigger,
            steps=self.steps,
            title=self.title,
            called_off_by=self.called_off_by,
        )
        for field, reason in problems(playbook):
            message = f"{field}: {reason}. Nothing was published."
            raise Refused("bad_playbook", message, field="id" if field == "name" else field)
        return published(state, setting, publishing.settings(playbook), self.since)


class Withdraw(Command, frozen=True, kw_only=True):
    """Withdraw a playbook: nothing new is begun by it, and what has begun goes on."""

    def decide(self, state: Policy, setting: Setting) -> Sequence[Fact]:
        """There was one."""
        return withdrawn(state, setting)


def publish(playbook: Playbook, since: date | None = None) -> Publish:
    """Return the command that publishes a playbook."""
    return Publish(
        trigger=playbook.trigger,
        steps=playbook.steps,
        title=playbook.title,
        called_off_by=playbook.called_off_by,
        since=since,
    )


def begin(name: str) -> Policy:
    """Return a playbook of which nothing is known."""
    return Policy(name, f"{publishing.POLICY}{name}")


COMMANDS = (Publish, Withdraw)
PLAYBOOK = Aggregate("playbook", "What is to be done when something happens.", begin, evolve, COMMANDS, heard)
