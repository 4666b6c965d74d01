"""Complaints: what went wrong after an order, and how well or badly we answered.

Most are answered within the day and settled. Some wait, a few get no answer at all. Whom we let down stays let down:
the last complaint of such a customer never ends well, and they order no more.
"""

from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from events.catalog.complaints import (
    ComplaintAcknowledged,
    ComplaintAnsweredByCustomer,
    ComplaintConfirmed,
    ComplaintEscalated,
    ComplaintRaised,
    ComplaintReopened,
    ComplaintReplied,
    ComplaintResolved,
    ComplaintWaiting,
    GestureOffered,
    SatisfactionRated,
)
from events.catalog.fulfilment import ReturnRequested
from events.catalog.parts import ProductLine
from events.event import Event
from services.demo.simulation.cast import Customer, Purchase, Shop
from services.demo.simulation.stage import Stage, after, by_day, happens

COMPLAINT_CHANCE = 0.02
COMPLAINT_CHANCE_WHEN_LATE = 0.45
LATE_REPLY_CHANCE = 0.11
LATE_REPLY_CHANCE_WHEN_LET_DOWN = 0.6
NO_REPLY_CHANCE = 0.01
NO_REPLY_CHANCE_WHEN_LET_DOWN = 0.2
REOPENED_CHANCE = 0.07
PROMISE_HOURS = 24
STAFF = ("maya", "tom", "priya", "olu")
CHANNELS = ("email", "email", "email", "phone", "web", "letter")


class Cause(NamedTuple):
    """Something that goes wrong: its code, what a customer says, what we answer, and how it ends."""

    code: str
    says: str
    answer: str
    outcome: str


LATE = Cause(
    "late",
    "My parcel was promised for {promised} and it is still not here.",
    "I am sorry. I have found your parcel at the depot, and it comes next. The postage is on us.",
    "postage_refunded",
)
OTHERS = (
    Cause(
        "broken",
        "The {product} arrived broken. The box was not padded at all.",
        "That should not happen. A new one leaves today, better padded; please keep the broken one.",
        "replaced",
    ),
    Cause(
        "wrong_item",
        "I ordered the {product} and something else was in the box.",
        "Our mistake. The right one leaves today, and we fetch the other one from you.",
        "replaced",
    ),
    Cause(
        "missing_item",
        "The {product} is on the delivery note but not in the parcel.",
        "Thank you for counting. We send what was missing today.",
        "sent_again",
    ),
    Cause(
        "quality",
        "The colour comes off the {product}. I cannot sell it like this.",
        "We have taken it off the shelf, and you get your money back.",
        "refunded",
    ),
    Cause(
        "invoice",
        "The invoice has the wrong address again. My accountant sends it back every time.",
        "The address is put right, here is the new invoice.",
        "invoice_corrected",
    ),
)


def tell_complaints(shop: Shop, stage: Stage, dice: Random) -> None:
    """Tell the complaints of all customers."""
    for customer in shop.customers:
        for purchase in customer.purchases:
            if customer.let_down and purchase is customer.last:
                _Case(customer, purchase, stage, dice).goes_wrong()
            elif happens(dice, COMPLAINT_CHANCE_WHEN_LATE if purchase.late else COMPLAINT_CHANCE):
                _Case(customer, purchase, stage, dice).goes_its_way()


class _Case:
    """One complaint, from the first word to the last."""

    def __init__(self, customer: Customer, purchase: Purchase, stage: Stage, dice: Random) -> None:
        self._customer = customer
        self._purchase = purchase
        self._stage = stage
        self._dice = dice
        self._complaint = f"complaint-{purchase.order}"
        self._cause = LATE if purchase.late else dice.choice(OTHERS)
        self._channel = dice.choice(CHANNELS)
        self._by = dice.choice(STAFF)
        self._raised = ""

    def goes_its_way(self) -> None:
        """Answer and settle it, as most are; a few are answered late, and fewer never."""
        opened = self._open()
        if happens(self._dice, NO_REPLY_CHANCE):
            return
        late = happens(self._dice, LATE_REPLY_CHANCE)
        replied = self._reply(opened, late=late)
        self._settle(self._ask_back(replied), content=not late)

    def goes_wrong(self) -> None:
        """Never answer, answer late and settle nothing, or settle it and hear that it was not settled."""
        opened = self._open()
        if happens(self._dice, NO_REPLY_CHANCE_WHEN_LET_DOWN):
            return
        replied = self._reply(opened, late=happens(self._dice, LATE_REPLY_CHANCE_WHEN_LET_DOWN))
        if happens(self._dice, 0.3):
            resolved = after(self._dice, replied, 2, 40)
            self._tell(resolved, ComplaintResolved(complaint=self._complaint, by=self._by, outcome="closed"))
            text = "You closed this, and nothing has happened."
            reopened = ComplaintReopened(complaint=self._complaint, reason="not_settled", text=text)
            self._tell(after(self._dice, resolved, 3, 60), reopened)

    def _open(self) -> datetime:
        dice, purchase, cause = self._dice, self._purchase, self._cause
        expected = purchase.promised_at if purchase.late else purchase.arrives_at
        opened = by_day(dice, expected, 1 + int(2 * dice.random()))
        product = dice.choice(purchase.products) if purchase.products and cause is not LATE else None
        name = product.name.lower() if product else "parcel"
        raised = ComplaintRaised(
            complaint=self._complaint,
            channel=self._channel,
            order=purchase.order,
            product=product.product if product else "",
            cause=cause.code,
            text=cause.says.format(promised=f"{purchase.promised_at:%d %B}", product=name),
            store=purchase.store,
        )
        self._raised = self._tell(opened, raised)
        if happens(dice, 0.8):
            heard = ComplaintAcknowledged(complaint=self._complaint, by="programme:inbox", channel=self._channel)
            self._tell(after(dice, opened, 0.02, 0.6), heard)
        if product and happens(dice, 0.4) and cause.outcome in {"replaced", "refunded"}:
            lines = (ProductLine(product=product.product, quantity=1, name=product.name),)
            wish = ReturnRequested(order=purchase.order, lines=lines, reason=cause.code, store=purchase.store)
            self._tell(after(dice, opened, 0.1, 5), wish)
        return opened

    def _reply(self, opened: datetime, *, late: bool) -> datetime:
        dice = self._dice
        replied = after(dice, opened, 26, 110) if late else after(dice, opened, 0.3, 21)
        if late and happens(dice, 0.5):
            escalated = ComplaintEscalated(
                complaint=self._complaint, to="team:care-lead", reason="promise_broken", by="programme:promise_clock"
            )
            self._tell(opened + timedelta(hours=PROMISE_HOURS), escalated)
        reply = ComplaintReplied(complaint=self._complaint, by=self._by, channel=self._channel, text=self._cause.answer)
        self._tell(replied, reply)
        return replied

    def _ask_back(self, replied: datetime) -> datetime:
        dice = self._dice
        if not happens(dice, 0.12):
            return replied
        question = "Could you send us a photograph of it?"
        self._tell(replied, ComplaintWaiting(complaint=self._complaint, by=self._by, text=question))
        answered = after(dice, replied, 2, 50)
        answer = ComplaintAnsweredByCustomer(complaint=self._complaint, channel=self._channel, text="Here it is.")
        self._tell(answered, answer)
        return answered

    def _settle(self, at: datetime, *, content: bool) -> None:
        dice = self._dice
        if happens(dice, 0.35):
            self._tell(after(dice, at, 0.1, 2), self._gesture())
        resolved = after(dice, at, 2, 50)
        settled = ComplaintResolved(complaint=self._complaint, by=self._by, outcome=self._cause.outcome)
        self._tell(resolved, settled)
        if happens(dice, REOPENED_CHANCE):
            text = "It is still not right."
            reopened = after(dice, resolved, 5, 90)
            self._tell(reopened, ComplaintReopened(complaint=self._complaint, reason="not_settled", text=text))
            replied = self._reply(reopened, late=False)
            resolved = after(dice, replied, 3, 30)
            self._tell(resolved, settled)
        elif happens(dice, 0.45):
            self._tell(after(dice, resolved, 1, 40), ComplaintConfirmed(complaint=self._complaint, channel="email"))
        if happens(dice, 0.45):
            rating = dice.choice((4, 5, 5) if content else (1, 2, 2, 3))
            self._tell(after(dice, resolved, 1, 70), SatisfactionRated(complaint=self._complaint, rating=rating))

    def _gesture(self) -> GestureOffered:
        kind, amount_minor = self._dice.choice((("voucher", 500), ("voucher", 1000), ("flowers", 2500), ("card", 0)))
        return GestureOffered(
            complaint=self._complaint,
            kind=kind,
            amount_minor=amount_minor,
            currency=self._purchase.currency if amount_minor else "",
            by=self._by,
            approved_by="harriet" if amount_minor > 1000 else "",  # noqa: PLR2004 - what staff may give alone
        )

    def _tell(self, at: datetime, event: Event) -> str:
        return self._stage.tell(at, self._customer.subject, event, self._raised)
