"""How a rule is written: a command decides over a state, and says facts or refuses; facts make the next state.

    class Resolve(Command):
        outcome: Label = ""

        def decide(self, state: Case, setting: Setting) -> Sequence[Fact]:
            if not state.replied:
                raise Refused("not_replied", "Complaint c-1 has no reply yet: reply first, then resolve it.")
            resolved = ComplaintResolved(complaint=setting.id, by=setting.actor, outcome=self.outcome)
            return [Fact(state.subject, resolved)]

An aggregate's facts are events of the catalogue, stored as the codec writes them: what the desk keeps of a decision is
byte for byte what reaches the log. An aggregate also listens to what others say of the same thing (a helpdesk, the
customer), which the projections have; so its state must not depend on the order in which own and others' facts are
told: it keeps them with their times.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from msgspec import Struct

from events.envelope import Envelope
from events.event import Event
from projections._engine.registry import Connection

S = TypeVar("S")


class Refused(Exception):
    """A rule says no: a code for programmes, a sentence for people that says which rule and what to do instead.

    ``conflict`` tells that somebody was faster: the same command may be right once its sender has looked again.
    """

    def __init__(self, code: str, message: str, *, field: str = "", conflict: bool = False) -> None:
        """Keep the parts."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.conflict = conflict


class Fact(NamedTuple):
    """What a decision comes to: an event, and whom it is about.

    ``at`` is from when it holds, where that is not the time of the decision, as of a rule from next Monday on.
    """

    subject: str
    data: Event
    at: datetime | None = None


class StateOf(Protocol):
    """Returns the state of another aggregate by its own facts and what others said of it."""

    def __call__(self, aggregate: "Aggregate[S]", name: str, /) -> S:
        """Return the state of one of them by its id."""
        ...


class Setting(NamedTuple):
    """What a decision may look at besides the state: the id of the thing, who decides, when, and what else is known."""

    id: str
    actor: str
    now: datetime
    connection: Connection
    state_of: StateOf


class Command(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that a person, or a reaction, wants done. Its fields are checked as those of an event are."""

    def decide(self, state: Any, setting: Setting) -> Sequence[Fact]:  # noqa: ANN401 - each knows its own aggregate's
        """Return what happens, nothing where it is so already. Raises Refused."""
        raise TypeError(state, setting)


def nothing_heard(state: S, connection: Connection, /) -> S:
    """Return the state: nobody but the desk says anything of it."""
    del connection
    return state


@dataclass(frozen=True)
class Aggregate(Generic[S]):
    """What rules hold for, and together: one of them is decided on by one command at a time.

    ``begin`` gives the state of one of which nothing is known, by its id; ``evolve`` tells a fact of the desk;
    ``heard`` tells what others said of the same thing, from the projections, without what the desk itself said.
    """

    name: str
    about: str
    begin: Callable[[str], S]
    evolve: Callable[[S, Envelope], S]
    commands: tuple[type[Command], ...]
    heard: Callable[[S, Connection], S] = nothing_heard

    def named(self) -> Mapping[str, type[Command]]:
        """Return the commands by the names that they have in paths and on the command line."""
        return {command_name(command): command for command in self.commands}


def command_name(command: type[Command]) -> str:
    """Return the name of a command: ``OfferGesture`` is ``offer-gesture``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", command.__name__).lower()


class Order(NamedTuple):
    """A command as it comes in. ``key`` makes it count once; ``expected`` is the version that its sender has seen.

    ``causation`` is the id of the event that it answers.
    """

    aggregate: str
    id: str
    command: Command
    actor: str
    key: str = ""
    expected: int | None = None
    causation: str = ""
