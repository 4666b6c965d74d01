"""A rule of the house and its versions: which there are, which holds by a clock, and how the next one is published.

A version holds from its fact's time on, until the next one does; a first one may hold from before it was published.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

from msgspec import Struct
from msgspec.structs import replace

from events.catalog.operations import PolicyPublished
from events.envelope import Envelope
from projections import policies
from projections._engine.registry import Connection
from services.desk.deciding import Fact, Refused, Setting
from services.desk.word import Word, last

Content = Mapping[str, str]


class Policy(Struct, frozen=True):
    """A rule, and what each version of it says from when on; ``id`` is its aggregate's, ``policy`` the rule's name."""

    id: str
    policy: str
    versions: Mapping[str, Word[Content]] = {}

    def holding(self, now: datetime) -> Word[Content] | None:
        """Return what holds by a clock, if anything was published: of one instant, what was published last."""
        begun = sorted((word for word in self.versions.values() if word.at <= now), key=lambda word: word.at)
        return begun[-1] if begun else None

    def to_come(self, now: datetime) -> list[datetime]:
        """Return from when versions hold that do not hold yet."""
        return sorted({word.at for word in self.versions.values() if word.at > now})

    def next_versions(self, count: int) -> list[str]:
        """Return names for so many new versions: numbers, above all that there were."""
        numbers = [int(name) for name in self.versions if name.isdecimal() and name.isascii()]
        first = max(numbers, default=0) + 1
        return [str(number) for number in range(first, first + count)]


def published(state: Policy, setting: Setting, content: Content, since: date | None, version: str = "") -> list[Fact]:
    """Return a new version that holds from the beginning of a day in UTC on, or from now; nothing where it is so.

    Raises Refused.
    """
    held = state.holding(setting.now)
    at = setting.now if since is None else datetime.combine(since, time.min, UTC)
    if version in state.versions:
        message = f"{state.policy} has a version {version}, and a version is never edited: give it another name."
        raise Refused("version_taken", message, field="version")
    if held is not None and at.date() < setting.now.date():
        message = f"What {state.policy} said on {at:%Y-%m-%d} was worked by: let it hold from today on, or later."
        raise Refused("in_the_past", message, field="since")
    if held is not None and at < held.at:
        message = f"A version of {state.policy} began to hold later that day, at {held.at:%H:%M} UTC: leave since out."
        raise Refused("before_the_last", message, field="since")
    if held is not None and held.value == content and not state.to_come(setting.now):
        return []
    return [fact(state, setting, version or state.next_versions(1)[0], content, at)]


def withdrawn(state: Policy, setting: Setting) -> Sequence[Fact]:
    """Return that a rule says nothing any more, also where versions of it were to come; nothing where it is so."""
    times = [setting.now, *state.to_come(setting.now)]
    if not state.versions:
        message = f"No version of {state.policy} was ever published: there is nothing to withdraw."
        raise Refused("not_published", message)
    ends = [at for at in times if (held := state.holding(at)) is not None and held.value]
    return [
        fact(state, setting, version, {}, at) for version, at in zip(state.next_versions(len(ends)), ends, strict=True)
    ]


def fact(state: Policy, setting: Setting, version: str, content: Content, at: datetime) -> Fact:
    """Return that a version holds from a time on."""
    data = PolicyPublished(policy=state.policy, version=version, content=dict(content), by=setting.actor)
    return Fact(f"policy:{state.policy}", data, at)


def evolve(state: Policy, envelope: Envelope) -> Policy:
    """Return the rule after a fact."""
    match envelope.data:
        case PolicyPublished() as event:
            word = last(state.versions.get(event.version), envelope.time, event.content)
            return replace(state, versions={**state.versions, event.version: word})
        case _:
            return state


def heard(state: Policy, connection: Connection) -> Policy:
    """Return the rule with what is known of it from the log, by whomever."""
    rows = policies.versions(connection, state.policy)
    return replace(state, versions={row["policy_version"]: Word(row["since"], row["content"]) for row in rows})
