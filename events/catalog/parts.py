"""Shapes that several families share. There is no event here."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from events.event import MAX_AMOUNT_MINOR, MAX_QUANTITY, Key, Name, Part, Quantity

MAX_LINES = 2000
MAX_OPTIONS = 32
MAX_PROPERTIES = 128

Moment = Annotated[datetime, Meta(tz=True)]
"""An instant; it must carry its zone. The envelope's ``time`` says when the fact happened: this is another instant."""

Position = Annotated[int, Meta(ge=1, le=MAX_QUANTITY)]
"""A place in a list, counted from one."""

QuantityDelta = Annotated[int, Meta(ge=-MAX_QUANTITY, le=MAX_QUANTITY)]
"""How many more, or fewer when negative."""

AmountDeltaMinor = Annotated[int, Meta(ge=-MAX_AMOUNT_MINOR, le=MAX_AMOUNT_MINOR)]
"""How much more in the currency's minor unit, or less when negative."""

CurrencyLabel = Annotated[str, Meta(pattern=r"^([A-Z]{3})?(?!\n)$", max_length=3)]
"""Like a currency, but empty where no amount is told. (``$`` alone would let a line break through.)"""

Options = Annotated[dict[Key, Name], Meta(max_length=MAX_OPTIONS)]
"""What was chosen of a product's options, such as ``{"engraving": "For Ada"}``."""

Properties = Annotated[dict[Key, Name], Meta(max_length=MAX_PROPERTIES)]
"""Further details by name. Numbers and dates are written as text."""


class ProductLine(Part, frozen=True, kw_only=True):
    """How many of one product, where the price is of no matter."""

    product: Key
    quantity: Quantity
    name: Name = ""


ProductLines = Annotated[tuple[ProductLine, ...], Meta(max_length=MAX_LINES)]
"""Which products; empty where the source does not say."""
