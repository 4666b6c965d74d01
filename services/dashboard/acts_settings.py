"""What is done with the rules of the house: policies and playbooks are published, version by version, and withdrawn."""

from datetime import date

from services.access.roles import Capability
from services.checklists.errors import BadPlaybook
from services.checklists.playbook import Playbook
from services.checklists.reading import SHIPPED, parse, shipped
from services.dashboard.acting import Acting, Action, Done
from services.dashboard.acts import lines, needed, refusal, refused_for, text
from services.dashboard.desk_forms import shown_by
from services.desk import playbook as desk_playbook
from services.desk import policy as desk_policy
from services.desk.deciding import Command, Order


def publish_policy(acting: Acting) -> Done:
    """Publish a version of a rule: all that it says, from now or from the beginning of a day on."""
    name = needed(acting, "name")
    command = desk_policy.Publish(content=_content(lines(acting, "content")), since=_since(acting))
    return _decided(acting, "policy", name, command, f"A new version of {name} is published.")


def withdraw_policy(acting: Acting) -> Done:
    """Withdraw a rule from now on."""
    name = needed(acting, "name")
    return _decided(acting, "policy", name, desk_policy.Withdraw(), f"{name} is withdrawn from now on.")


def publish_playbook(acting: Acting) -> Done:
    """Check a playbook that was written into the form, and put it in force."""
    with refused_for(BadPlaybook):
        return _published(acting, parse(lines(acting, "text"), "text"))


def publish_shipped(acting: Acting) -> Done:
    """Put a shipped playbook in force."""
    name = needed(acting, "name")
    if name not in SHIPPED:
        message = f"There is no shipped playbook {name[:64]!r}; there are {', '.join(SHIPPED)}."
        raise refusal(message)
    return _published(acting, shipped(name))


def withdraw_playbook(acting: Acting) -> Done:
    """Withdraw a playbook: nothing new is begun by it, and what has begun goes on."""
    name = needed(acting, "name")
    sentence = f"{name} is withdrawn; what has begun goes on."
    return _decided(acting, "playbook", name, desk_playbook.Withdraw(), sentence)


def _published(acting: Acting, playbook: Playbook) -> Done:
    sentence = f"{playbook.title or playbook.name} is in force from now on."
    return _decided(acting, "playbook", playbook.name, desk_playbook.publish(playbook), sentence)


def _decided(acting: Acting, aggregate: str, name: str, command: Command, sentence: str) -> Done:
    decided = acting.desk.perform(Order(aggregate, name, command, acting.viewer.name, acting.key), acting.now)
    if not decided.events:
        return Done("It was so already: nothing was changed.")
    return Done(sentence, shows=shown_by(acting.desk, decided))


def _content(said: str) -> dict[str, str]:
    """Return settings by name, of one a line as ``name: text``. Raises Problem."""
    content: dict[str, str] = {}
    for line in filter(str.strip, said.splitlines()):
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            message = f"content: {line.strip()[:64]!r} is no setting: write each on a line of its own, as name: text."
            raise refusal(message)
        content[name.strip()] = value.strip()
    if not content:
        message = "content: it says nothing: write each setting on a line of its own, as name: text."
        raise refusal(message)
    return content


def _since(acting: Acting) -> date | None:
    said = text(acting, "since")
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        message = f"since: {said[:32]!r} is no day: write such as 2026-03-31."
        raise refusal(message) from None


SETTINGS_ACTIONS = (
    Action("/settings/policies", publish_policy, Capability.ADMINISTER),
    Action("/settings/policies/withdraw", withdraw_policy, Capability.ADMINISTER),
    Action("/settings/playbooks", publish_playbook, Capability.ADMINISTER),
    Action("/settings/playbooks/shipped", publish_shipped, Capability.ADMINISTER),
    Action("/settings/playbooks/withdraw", withdraw_playbook, Capability.ADMINISTER),
)
