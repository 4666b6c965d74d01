"""What customers told us of themselves: likes, dislikes, needs, birthdays, and who is close to them.

Reads PreferenceStated, NeedStated, FamilyMemberNamed, CustomerRegistered, TraitsChanged. One row a subject and
statement: what kind, on which topic, and what was said, with how often and when first and last. So statements that
contradict each other are both kept with their dates, and which one holds is settled at read:

* of ``likes`` and ``dislikes`` of the same thing (topic and about), the one said last;
* of the details of one of the ``needs``, and of the ``name``, ``relation`` and ``birthday`` of one member of the family
  (the topic is the member), the one said last. The customer's own birthday has an empty topic, and an empty one takes
  it away; anywhere else, saying nothing takes nothing back.

What is said is compared case-folded, with white space collapsed, by its first 200 characters; ``wording`` is as it was
said last. A birthday is kept as said, whether or not there is such a day.
"""

from datetime import datetime

from events.catalog.customers import (
    CustomerRegistered,
    FamilyMemberNamed,
    NeedStated,
    PreferenceStated,
    TraitsChanged,
)
from events.envelope import Envelope
from projections._engine.columns import Key, Latest, Max, Min, Sum
from projections._engine.declaration import Projection, Row, folds

MAX_ABOUT_CHARACTERS = 200
NEEDS = "needs"
RELATION = "relation"
NAME = "name"
BIRTHDAY = "birthday"
THEMSELF = ""


def compared(said: str) -> str:
    """Return what was said as it is compared: case-folded, white space collapsed, cut for the key."""
    return " ".join(said.casefold().split())[:MAX_ABOUT_CHARACTERS]


class Preferences(Projection, version=1, indexes=("kind, topic, about",)):
    """Something that a subject said of themselves, however often."""

    subject: Key[str]
    kind: Key[str]
    topic: Key[str]
    about: Key[str]
    wording: Latest[str]
    channel: Latest[str]
    stated: Sum
    first_stated: Min[datetime]
    last_stated: Max[datetime]

    def _said(self, envelope: Envelope, kind: str, topic: str, said: str, channel: str = "") -> Row:
        at = envelope.time
        return self.row(
            envelope.subject,
            kind,
            topic,
            compared(said),
            wording=said,
            channel=channel or None,
            stated=1,
            first_stated=at,
            last_stated=at,
        )

    @folds(PreferenceStated)
    def preference(self, event: PreferenceStated, envelope: Envelope) -> Row:
        """The kind is the stance."""
        return self._said(envelope, event.stance, event.topic, event.about, event.channel)

    @folds(NeedStated)
    def need(self, event: NeedStated, envelope: Envelope) -> Row:
        """The topic is the need, and its detail what was said."""
        return self._said(envelope, NEEDS, event.need, event.detail, event.channel)

    @folds(FamilyMemberNamed)
    def family_member(self, event: FamilyMemberNamed, envelope: Envelope) -> list[Row]:
        """Each detail of a member is a statement of its own; of whom nothing is told, we know that they are there."""
        told = {NAME: event.name, BIRTHDAY: event.birthday, RELATION: event.relation}
        said = {kind: text for kind, text in told.items() if text} or {RELATION: ""}
        return [self._said(envelope, kind, event.member, text) for kind, text in said.items()]

    @folds(CustomerRegistered)
    def registered(self, event: CustomerRegistered, envelope: Envelope) -> Row | None:
        """A birthday, where one was told on registering."""
        if not event.birthday:
            return None
        return self._said(envelope, BIRTHDAY, THEMSELF, event.birthday, event.channel)

    @folds(TraitsChanged)
    def traits_changed(self, event: TraitsChanged, envelope: Envelope) -> Row | None:
        """A birthday among the traits; an empty one takes it away."""
        birthday = event.traits.get("birthday")
        return None if birthday is None else self._said(envelope, BIRTHDAY, THEMSELF, birthday)
