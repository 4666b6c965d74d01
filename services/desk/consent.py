"""A customer's consent: given for a purpose and a channel, with the text that they saw and where, and withdrawn.

Its id is the customer, as events name them: ``customer:42``. What others said of it (a form, the customer's wish to be
forgotten), under whatever identifier, is heard from ``consents``, and counts as what is said here does: the last word.

Where the house publishes its texts, as policies ``consent_text.PURPOSE``, what a customer saw must be one of them. To
withdraw is never refused.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import LiteralString

from msgspec import Struct
from msgspec.structs import replace

from events.catalog.consent import ConsentGiven, ConsentWithdrawn, ErasureRequested
from events.envelope import Envelope
from events.event import Key, Label
from projections import policies
from projections._engine import queries
from projections._engine.registry import Connection
from services.desk.deciding import Aggregate, Command, Fact, Refused, Setting
from services.desk.word import Word, last

EVERYTHING = ""
EVERY_CHANNEL = ""
TEXTS = "consent_text."

CONSENTS: LiteralString = """
SELECT purpose, channel, given, given_at, coalesce(text_version, '') AS text_version FROM consents_of(%(id)s)
"""


class Agreed(Struct, frozen=True):
    """Whether somebody agreed, and to which text."""

    given: bool
    text_version: str = ""


class Consent(Struct, frozen=True):
    """The last word of a customer on each purpose, and of that on each channel; an empty one is all of them."""

    id: str
    said: Mapping[str, Mapping[str, Word[Agreed]]] = {}

    def standing(self, purpose: str, channel: str) -> Agreed | None:
        """Return what stands of a purpose on a channel: the last word on it, or on all that it is part of."""
        covering = {(purpose, channel), (purpose, EVERY_CHANNEL), (EVERYTHING, EVERY_CHANNEL)}
        told = [self.said.get(each, {}).get(where) for each, where in covering]
        words = [word for word in told if word is not None]
        return max(words, key=lambda word: (word.at, not word.value.given)).value if words else None


class Give(Command, frozen=True, kw_only=True):
    """Say that the customer agreed to a purpose, on one channel or, where it is empty, on every."""

    purpose: Key
    channel: Label = EVERY_CHANNEL
    text_version: Label
    source: Label

    def decide(self, state: Consent, setting: Setting) -> Sequence[Fact]:
        """What they saw, and where they said so, is known: without that nobody could show it."""
        if not self.text_version.strip():
            message = "Consent is given to a text: say in text_version which one they saw."
            raise Refused("no_text", message, field="text_version")
        if not self.source.strip():
            message = "Consent is given somewhere: say in source where, such as till or web_form."
            raise Refused("no_source", message, field="source")
        self._known_text(setting)
        if state.standing(self.purpose, self.channel) == Agreed(given=True, text_version=self.text_version):
            return []
        given = ConsentGiven(
            purpose=self.purpose, channel=self.channel, text_version=self.text_version, source=self.source
        )
        return [Fact(setting.id, given)]

    def _known_text(self, setting: Setting) -> None:
        rows = policies.versions(setting.connection, f"{TEXTS}{self.purpose}")
        texts = [row["policy_version"] for row in rows if row["first_published"] <= setting.now]
        if texts and self.text_version not in texts:
            told = f"The text on {self.purpose} has no version {self.text_version}"
            message = f"{told}; there are: {', '.join(texts)}. Say which of them they saw."
            raise Refused("unknown_text", message, field="text_version")


class Withdraw(Command, frozen=True, kw_only=True):
    """Say that the customer takes a consent back, on one channel or, where it is empty, on every."""

    purpose: Key
    channel: Label = EVERY_CHANNEL
    reason: Label = ""
    source: Label = ""

    def decide(self, state: Consent, setting: Setting) -> Sequence[Fact]:
        """Never refused, and also said of what was never given: it may be given elsewhere."""
        channels = state.said.get(self.purpose, {}) if self.channel == EVERY_CHANNEL else [self.channel]
        standing = [state.standing(self.purpose, channel) for channel in {*channels, self.channel}]
        if all(each is not None and not each.given for each in standing):
            return []
        withdrawn = ConsentWithdrawn(purpose=self.purpose, channel=self.channel, reason=self.reason, source=self.source)
        return [Fact(setting.id, withdrawn)]


def evolve(state: Consent, envelope: Envelope) -> Consent:
    """Return the customer's word after a fact."""
    match envelope.data:
        case ConsentGiven() as event:
            agreed = Agreed(given=True, text_version=event.text_version)
            return _told(state, envelope.time, event.purpose, event.channel, agreed)
        case ConsentWithdrawn() as event:
            return _told(state, envelope.time, event.purpose, event.channel, Agreed(given=False))
        case ErasureRequested():
            return _told(state, envelope.time, EVERYTHING, EVERY_CHANNEL, Agreed(given=False))
        case _:
            return state


def _told(state: Consent, at: datetime, purpose: str, channel: str, agreed: Agreed) -> Consent:
    channels = state.said.get(purpose, {})
    return replace(state, said={**state.said, purpose: {**channels, channel: last(channels.get(channel), at, agreed)}})


def heard(state: Consent, connection: Connection) -> Consent:
    """Return the customer's word with what is known of it from the log, by whomever."""
    for row in queries.rows(connection, CONSENTS, id=state.id):
        agreed = Agreed(row["given"], row["text_version"] if row["given"] else "")
        state = _told(state, row["given_at"], row["purpose"], row["channel"], agreed)
    return state


COMMANDS = (Give, Withdraw)
CONSENT = Aggregate("consent", "What a customer allows, by purpose and channel.", Consent, evolve, COMMANDS, heard)
