"""Customers: who they are, what they like and need, and what ties them to us."""

from typing import Literal

from msgspec import field

from events.catalog.parts import Properties
from events.envelope import Subject
from events.event import AmountMinor, Currency, Event, Key, Label, Name, Personal, Text


class CustomerRegistered(Event, type="regulars.customer.registered.v1"):
    """Somebody became a customer of record. What the source does not say is empty.

    ``birthday`` is ``YYYY-MM-DD`` or ``MM-DD`` as the customer gave it; nothing checks that there is such a day.
    """

    name: Personal[Name] = ""
    email: Personal[Name] = ""
    phone: Personal[Label] = ""
    birthday: Personal[Label] = ""
    address: Personal[Name] = ""
    country: Label = ""
    language: Label = ""
    store: Label = "web"
    channel: Label = ""


class TraitsChanged(Event, type="regulars.customer.traits_changed.v2"):
    """Details of a customer changed; those not named stay. An empty value takes the trait away.

    Values are text. ``birthday`` is ``YYYY-MM-DD`` or ``MM-DD``; nothing checks that there is such a day.
    """

    traits: Personal[Properties] = field(default_factory=dict)


class TraitsChangedV1(Event, type="regulars.customer.traits_changed.v1", upcast_to=TraitsChanged):
    """The first version: one trait at a time, which could be set but not taken away."""

    trait: Key
    value: Personal[Name] = ""

    def upcast(self) -> TraitsChanged:
        """Put the pair into a mapping; without a value (it was erased, say) nothing changed."""
        return TraitsChanged(traits={self.trait: self.value} if self.value else {})


class PreferenceStated(Event, type="regulars.customer.preference_stated.v1"):
    """A customer said what they like or dislike, such as ``table`` and "by the window". The latest word counts."""

    topic: Key
    stance: Literal["likes", "dislikes"]
    about: Personal[Name] = ""
    channel: Label = ""


class NeedStated(Event, type="regulars.customer.need_stated.v1"):
    """A customer told us of a need, such as ``step_free_access``."""

    need: Key
    detail: Personal[Text] = ""
    channel: Label = ""


class FamilyMemberNamed(Event, type="regulars.customer.family_member_named.v1"):
    """A customer told us of somebody close to them. ``member`` tells one from another, such as ``child-1``."""

    member: Key
    relation: Label = ""
    name: Personal[Name] = ""
    birthday: Personal[Label] = ""


class CardIssued(Event, type="regulars.customer.card_issued.v1"):
    """A customer was given a card, such as a loyalty card."""

    card: Key
    kind: Label = ""
    store: Label = "web"


class CardClosed(Event, type="regulars.customer.card_closed.v1"):
    """A card is no longer valid: lost, replaced or given back."""

    card: Key
    reason: Label = ""


class ReferralMade(Event, type="regulars.customer.referral_made.v1"):
    """The envelope's customer brought in another one."""

    referred: Subject
    channel: Label = ""


class WalletStated(Event, type="regulars.customer.wallet_stated.v1"):
    """What a customer spends in a year in all, with us and elsewhere; in one category or, if it is empty, in every."""

    amount_minor: AmountMinor
    currency: Currency
    category: Label = ""
    basis: Label = ""


class ManagerAssigned(Event, type="regulars.customer.manager_assigned.v1"):
    """A member of staff looks after this customer from now on. ``note`` is what the one before hands over."""

    manager: Key
    by: Label = ""
    reason: Label = ""
    note: Personal[Text] = ""


class NoteTaken(Event, type="regulars.customer.note_taken.v1"):
    """One of us wrote down what the next one should know of this customer."""

    text: Personal[Text] = ""
    by: Label = ""


EVENTS = (
    CustomerRegistered,
    TraitsChanged,
    TraitsChangedV1,
    PreferenceStated,
    NeedStated,
    FamilyMemberNamed,
    CardIssued,
    CardClosed,
    ReferralMade,
    WalletStated,
    ManagerAssigned,
    NoteTaken,
)
