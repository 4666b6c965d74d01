"""Stripe's events become ours, from its own samples."""

import pytest

from events.catalog.customers import CustomerRegistered
from events.catalog.fulfilment import ReturnAccepted
from events.catalog.identity import IdentityLinked
from events.catalog.orders import PaymentReceived
from events.catalog.visits import InteractionRecorded
from tests.services.translation.samples import Record, refused, sample, translated

METADATA = {"order_id": "6735", "customer_id": "42"}


def stripe(name: str, previous: Record | None = None, /, **changed: object) -> Record:
    """Return a sample with another object inside, and what was before."""
    event = sample(f"stripe_{name}")
    data: Record = {"object": event["data"]["object"] | changed}
    return {**event, "data": data if previous is None else data | {"previous_attributes": previous}}


def test_a_charge_is_a_payment() -> None:
    """Amounts are in the smallest unit already, currencies in small letters, and times in seconds."""
    (paid,) = translated("stripe", stripe("charge_succeeded", payment_method_details={"type": "card"}))

    assert paid.data == PaymentReceived(order="ch_00000000000000", currency="USD", amount_minor=1000, method="card")
    assert (paid.id, paid.subject) == ("shop:evt_00000000000000", "stripe:cus_00000000000000")
    assert paid.time.isoformat() == "2012-01-18T02:24:38+00:00"


def test_a_charge_with_our_own_ids_is_our_customer_s() -> None:
    """Then Stripe's customer is known to be ours; the order goes by our number."""
    paid, linked = translated("stripe", stripe("charge_succeeded", metadata=METADATA, payment_intent="pi_1"))

    assert isinstance(paid.data, PaymentReceived)
    assert (paid.subject, paid.data.order) == ("customer:42", "6735")
    assert linked.subject == "customer:42"
    assert linked.data == IdentityLinked(identifier="stripe:cus_00000000000000", basis="stripe")
    assert linked.id == "shop:evt_00000000000000:link"


def test_a_charge_of_nobody_is_about_its_payment() -> None:
    """A guest paid."""
    (intent,) = translated("stripe", stripe("charge_succeeded", customer=None, payment_intent="pi_1"))
    (charge,) = translated("stripe", stripe("charge_succeeded", customer=None))

    assert (intent.subject, charge.subject) == ("payment:pi_1", "payment:ch_00000000000000")


def test_what_is_only_authorised_is_no_payment_yet() -> None:
    """It is one when it is captured, and then with what was."""
    authorised = sample("stripe_charge_authorised")
    event = {"id": "evt_1", "created": 1234567890, "type": "charge.succeeded", "data": {"object": authorised}}
    captured = {**authorised, "captured": True, "amount_captured": 60}

    assert translated("stripe", event) == []
    (paid,) = translated("stripe", event | {"type": "charge.captured", "data": {"object": captured}})
    assert isinstance(paid.data, PaymentReceived)
    assert paid.data.amount_minor == 60


def test_a_refund_is_the_difference_that_it_makes() -> None:
    """The sum of all refunds so far is what Stripe tells, and what it was before."""
    (whole,) = translated("stripe", stripe("charge_refunded"))
    (part,) = translated("stripe", stripe("charge_refunded", {"amount_refunded": 400}, refunded=False))

    assert whole.data == ReturnAccepted(currency="USD", amount_minor=1000, order="ch_00000000000000")
    assert part.data == ReturnAccepted(currency="USD", amount_minor=600, order="ch_00000000000000")


@pytest.mark.parametrize(
    ("currency", "amount", "minor"), [("jpy", 500, 500), ("isk", 500, 5), ("mga", 500, 50_000), ("kwd", 5120, 5120)]
)
def test_stripe_s_unit_is_not_everywhere_that_of_the_standard(currency: str, amount: int, minor: int) -> None:
    """For old times' sake."""
    (paid,) = translated("stripe", stripe("charge_succeeded", currency=currency, amount=amount))

    assert isinstance(paid.data, PaymentReceived)
    assert paid.data.amount_minor == minor


def test_a_checkout_is_an_interaction() -> None:
    """Its charge counts as the payment; what was bought, Stripe does not say."""
    (completed,) = translated("stripe", stripe("checkout_session_completed", client_reference_id="basket-7"))

    assert isinstance(completed.data, InteractionRecorded)
    assert completed.data.name == "checkout.session.completed"
    assert completed.data.properties["order"] == "basket-7"
    assert completed.data.properties["payment_status"] == "paid"
    assert completed.subject == "stripe:cus_00000000000000"


def test_a_new_customer_is_registered() -> None:
    """And linked to ours, where the metadata say who it is."""
    (alone,) = translated("stripe", stripe("customer_created"))
    known, linked = translated("stripe", stripe("customer_created", metadata=METADATA, name="James", phone="007"))

    assert alone.data == CustomerRegistered(email="bond@mailinator.com")
    assert alone.subject == "stripe:cus_00000000000000"
    assert known.data == CustomerRegistered(name="James", email="bond@mailinator.com", phone="007")
    assert known.subject == "customer:42"
    assert linked.data == IdentityLinked(identifier="stripe:cus_00000000000000", basis="stripe")


@pytest.mark.parametrize("kind", ["refund.created", "charge.failed", "invoice.paid", "payment_intent.succeeded"])
def test_other_events_are_nothing_to_us(kind: str) -> None:
    """They would say the same once more, or nothing that the catalogue knows."""
    assert translated("stripe", stripe("charge_succeeded") | {"type": kind}) == []


def test_what_is_wrong_is_told_in_stripe_s_words() -> None:
    """All the way down."""
    error = refused("stripe", stripe("charge_succeeded", amount="ten"))

    assert error.field == "data.object.amount"
    assert error.reason.startswith("is 'ten'; an amount is a number")
    assert refused("stripe", stripe("charge_succeeded", currency=None)).field == "data.object.currency"
    assert refused("stripe", stripe("charge_succeeded") | {"id": None}).field == "id"
