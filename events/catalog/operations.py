"""Operations: what the house itself does: its goods, its routines, its rules."""

from typing import Annotated

from msgspec import Meta, field

from events.catalog.parts import MAX_PROPERTIES, CurrencyLabel, Properties
from events.event import AmountMinor, Event, Key, Label, Name, Personal, Quantity, Text

LogPosition = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""An offset in a log, small enough for every JSON reader."""


class ProductListed(Event, type="regulars.operation.product_listed.v1"):
    """A product is on offer in a store at a price; a later one replaces it. Without ``currency`` there is no price."""

    product: Key
    name: Name = ""
    category: Label = ""
    price_minor: AmountMinor = 0
    currency: CurrencyLabel = ""
    store: Label = "web"


class StockArrived(Event, type="regulars.operation.stock_arrived.v1"):
    """Goods came in and can be sold."""

    product: Key
    quantity: Quantity
    store: Label = "web"


class ChecklistStepDone(Event, type="regulars.operation.checklist_step_done.v1"):
    """A step of a run of a checklist was done; the subject is the customer it was done for. ``step`` is its name."""

    checklist: Key
    run: Key
    step: Key
    by: Label = ""
    note: Personal[Text] = ""
    store: Label = "web"


class PolicyPublished(Event, type="regulars.operation.policy_published.v1"):
    """A version of a rule of the house holds from the envelope's time on, such as the promised time to an answer.

    ``content`` maps settings to their values as text; one with an inner structure is written as JSON.
    """

    policy: Key
    version: Key
    content: Annotated[dict[Key, Text], Meta(max_length=MAX_PROPERTIES)] = field(default_factory=dict)
    by: Label = ""


class ModelFitted(Event, type="regulars.operation.model_fitted.v1"):
    """A forecast's parameters were fitted, as decimal numbers in text, to the log up to ``positions`` by partition."""

    model: Key
    parameters: Properties
    positions: Annotated[dict[Key, LogPosition], Meta(max_length=10_000)]


class ProbeSent(Event, type="regulars.operation.probe_sent.v1"):
    """A test fact was sent down the whole way, to see that it arrives."""

    probe: Key


EVENTS = (ProductListed, StockArrived, ChecklistStepDone, PolicyPublished, ModelFitted, ProbeSent)
