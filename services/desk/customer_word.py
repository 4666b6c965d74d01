"""What is written down of a customer at the desk: a note, a contact of theirs or of ours, a taste, a need.

Its id is the customer, as events name them: ``customer:42``, or any other identifier of theirs. Each is a fact by
itself, which nothing before it forbids; so there is no state but whose it is.

The awkward half: a contact has a key, by which its answer names it. Without one it has that of the customer and the
time, so that two within the same second need keys of their own.
"""

from collections.abc import Sequence
from typing import Literal, LiteralString

from msgspec import Struct

from events.catalog.contacts import Bucket, ContactAnswered, ContactMade, ContactReceived
from events.catalog.customers import NeedStated, NoteTaken, PreferenceStated
from events.envelope import Envelope
from events.event import MAX_KEY_CHARACTERS, Key, Label, Name, Text
from services.desk.deciding import Aggregate, Command, Fact, Refused, Setting

KNOWN: LiteralString = "SELECT FROM profile_of(%(id)s)"
ASKED: LiteralString = "SELECT FROM contacts_of(%(id)s) WHERE contact = %(contact)s AND asked IS NOT NULL"


class CustomerWord(Struct, frozen=True):
    """A customer of whom something is written down."""

    id: str


class TakeNote(Command, frozen=True, kw_only=True):
    """Write down what the next one of us should know of a customer."""

    text: Text

    def decide(self, state: CustomerWord, setting: Setting) -> Sequence[Fact]:
        """It says something."""
        _be_known(state, setting)
        _say(self.text, "text", "A note says something: write what the next one of us should know.")
        return [Fact(state.id, NoteTaken(text=self.text, by=setting.actor))]


class TakeContact(Command, frozen=True, kw_only=True):
    """Write down that a customer turned to us, and what for."""

    bucket: Bucket
    channel: Label = ""
    question: Text = ""
    order: Label = ""
    store: Label = "web"
    contact: Label = ""

    def decide(self, state: CustomerWord, setting: Setting) -> Sequence[Fact]:
        """It is a new one."""
        _be_known(state, setting)
        key = self.contact or _key(state, setting)
        if _was_asked(setting, key):
            message = f"Contact {key} was written down before: a new one needs another key, or none."
            raise Refused("contact_known", message, field="contact")
        received = ContactReceived(
            contact=key,
            bucket=self.bucket,
            channel=self.channel,
            order=self.order,
            question=self.question,
            store=self.store,
        )
        return [Fact(state.id, received)]


class AnswerContact(Command, frozen=True, kw_only=True):
    """Write down that a contact was answered; ``resolved`` says whether that settled it."""

    contact: Key
    text: Text = ""
    channel: Label = ""
    resolved: bool = False

    def decide(self, state: CustomerWord, setting: Setting) -> Sequence[Fact]:
        """Only what was asked is answered; it may be answered again."""
        if not _was_asked(setting, self.contact):
            message = f"{state.id} asked nothing under {self.contact}: write the contact down first."
            raise Refused("contact_unknown", message, field="contact")
        answered = ContactAnswered(
            contact=self.contact, resolved=self.resolved, by=setting.actor, channel=self.channel, text=self.text
        )
        return [Fact(state.id, answered)]


class MakeContact(Command, frozen=True, kw_only=True):
    """Write down that we got in touch with a customer, without a plan that asked for it."""

    purpose: Label
    channel: Label = ""
    text: Text = ""
    contact: Label = ""

    def decide(self, state: CustomerWord, setting: Setting) -> Sequence[Fact]:
        """It was for something."""
        _be_known(state, setting)
        _say(self.purpose, "purpose", "We get in touch for something: say what for, such as thank_you.")
        made = ContactMade(
            contact=self.contact or _key(state, setting),
            purpose=self.purpose,
            channel=self.channel,
            by=setting.actor,
            text=self.text,
        )
        return [Fact(state.id, made)]


class StatePreference(Command, frozen=True, kw_only=True):
    """Write down what a customer said that they like or dislike, such as of ``table``: by the window."""

    stance: Literal["likes", "dislikes"]
    topic: Key
    about: Name = ""
    channel: Label = ""

    def decide(self, state: CustomerWord, setting: Setting) -> Sequence[Fact]:
        """The latest word counts."""
        _be_known(state, setting)
        _say(self.topic, "topic", "A taste is of something: say of what, such as table.")
        stated = PreferenceStated(topic=self.topic, stance=self.stance, about=self.about, channel=self.channel)
        return [Fact(state.id, stated)]


class StateNeed(Command, frozen=True, kw_only=True):
    """Write down what a customer needs, such as ``step_free_access``."""

    need: Key
    detail: Text = ""
    channel: Label = ""

    def decide(self, state: CustomerWord, setting: Setting) -> Sequence[Fact]:
        """The latest word counts."""
        _be_known(state, setting)
        _say(self.need, "need", "A need has a name: say which, such as step_free_access.")
        return [Fact(state.id, NeedStated(need=self.need, detail=self.detail, channel=self.channel))]


def _be_known(state: CustomerWord, setting: Setting) -> None:
    if setting.connection.execute(KNOWN, {"id": state.id}).fetchone() is None:
        message = f"Nothing is known of {state.id[:192]}: look at who is meant, or register them first."
        raise Refused("unknown_customer", message, field="id")


def _was_asked(setting: Setting, contact: str) -> bool:
    return setting.connection.execute(ASKED, {"id": setting.id, "contact": contact}).fetchone() is not None


def _key(state: CustomerWord, setting: Setting) -> str:
    return f"{state.id}@{setting.now:%Y%m%dT%H%M%S}"[-MAX_KEY_CHARACTERS:]


def _say(text: str, field: str, message: str) -> None:
    if not text.strip():
        raise Refused("nothing_said", message, field=field)


def evolve(state: CustomerWord, envelope: Envelope) -> CustomerWord:
    """Return the customer: what is written down changes nothing that is decided here."""
    del envelope
    return state


COMMANDS = (TakeNote, TakeContact, AnswerContact, MakeContact, StatePreference, StateNeed)
CUSTOMER_WORD = Aggregate("customer", "What is written down of a customer.", CustomerWord, evolve, COMMANDS)
