"""Webhooks that are not signed as their vendor would are turned away, each with a sentence."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from services.translation.signatures import BadSignature, verify
from tests.services.translation.samples import DATA

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BODY = b'{"say": "hello"}'
SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105 - Zendesk's own, for tests

STRIPE_BODY = (DATA / "stripe_signed_event.json").read_bytes()
STRIPE_SECRET = "webhook_secret"  # noqa: S105 - of Stripe's test vector
STRIPE_TIME = datetime.fromtimestamp(1_533_204_620, UTC)
STRIPE_SIGNATURE = (
    "t=1533204620,v1=2220f87ef101a04665f11cdf770523143f875572008577fa0f20882ddb9cc3c7,"
    "v0=63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef"
)


def in_base64(signed: bytes, secret: str = SECRET) -> str:
    """Return an HMAC-SHA256 in base64."""
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def zendesk(body: bytes = BODY, at: datetime = NOW) -> dict[str, str]:
    """Return the headers that Zendesk sends with a body."""
    signed_at = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "x-zendesk-webhook-signature": in_base64(signed_at.encode() + body),
        "x-zendesk-webhook-signature-timestamp": signed_at,
    }


def test_stripe_s_own_test_vector_is_good() -> None:
    """As its library for .NET checks itself; a signature by another scheme beside it does not matter."""
    verify("stripe", STRIPE_SECRET, {"stripe-signature": STRIPE_SIGNATURE}, STRIPE_BODY, STRIPE_TIME)


def test_while_a_secret_is_exchanged_one_of_two_signatures_fits() -> None:
    """Stripe signs with the old and the new one for a day."""
    both = STRIPE_SIGNATURE.replace("v1=", "v1=" + "0" * 64 + ",v1=")

    verify("stripe", STRIPE_SECRET, {"stripe-signature": both}, STRIPE_BODY, STRIPE_TIME)


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_what_is_signed_with_its_time_is_good_for_five_minutes(seconds: int) -> None:
    """Clocks differ in both directions."""
    now = timedelta(seconds=seconds)

    verify("stripe", STRIPE_SECRET, {"stripe-signature": STRIPE_SIGNATURE}, STRIPE_BODY, STRIPE_TIME + now)
    verify("zendesk", SECRET, zendesk(), BODY, NOW + now)


@pytest.mark.parametrize("seconds", [-301, 301, 10**9])
def test_what_was_overheard_cannot_be_sent_again_later(seconds: int) -> None:
    """The signature is right and too old, or from a future that has not come."""
    now = timedelta(seconds=seconds)

    with pytest.raises(BadSignature, match=r"Stripe-Signature was made at 2018-08-02T10:10:20\+00:00, .* 5 minutes"):
        verify("stripe", STRIPE_SECRET, {"stripe-signature": STRIPE_SIGNATURE}, STRIPE_BODY, STRIPE_TIME + now)
    with pytest.raises(BadSignature, match=r"X-Zendesk-Webhook-Signature was made at 2026-03-01T12:00:00\+00:00"):
        verify("zendesk", SECRET, zendesk(), BODY, NOW + now)


def test_a_time_that_somebody_changed_does_not_fit() -> None:
    """It is signed with the body."""
    newer = STRIPE_SIGNATURE.replace("t=1533204620", "t=1533204920")
    headers = zendesk() | {"x-zendesk-webhook-signature-timestamp": "2026-03-01T12:00:01Z"}

    with pytest.raises(BadSignature, match="does not fit"):
        verify("stripe", STRIPE_SECRET, {"stripe-signature": newer}, STRIPE_BODY, STRIPE_TIME)
    with pytest.raises(BadSignature, match="does not fit"):
        verify("zendesk", SECRET, headers, BODY, NOW)


def test_shopify_signs_the_body() -> None:
    """In base64, whatever the time is."""
    verify("shopify", SECRET, {"x-shopify-hmac-sha256": in_base64(BODY)}, BODY, NOW)


def test_zendesk_signs_the_time_and_the_body() -> None:
    """In this order; its old documentation had the other one."""
    other_order = zendesk() | {"x-zendesk-webhook-signature": in_base64(BODY + b"2026-03-01T12:00:00Z")}

    verify("zendesk", SECRET, zendesk(), BODY, NOW)
    verify("zendesk", SECRET, zendesk(b""), b"", NOW)
    with pytest.raises(BadSignature, match="does not fit"):
        verify("zendesk", SECRET, other_order, BODY, NOW)


@pytest.mark.parametrize(
    ("scheme", "headers"),
    [
        ("shopify", {"x-shopify-hmac-sha256": in_base64(BODY)}),
        ("stripe", {"stripe-signature": f"t={int(NOW.timestamp())},v1={'0' * 64}"}),
        ("zendesk", zendesk()),
    ],
)
def test_another_body_or_another_secret_does_not_fit(scheme: str, headers: dict[str, str]) -> None:
    """A byte is enough."""
    with pytest.raises(BadSignature, match="does not fit: the body was signed with another secret, or was changed"):
        verify(scheme, SECRET, headers, BODY + b" ", NOW)
    with pytest.raises(BadSignature, match="does not fit"):
        verify(scheme, SECRET + "x", headers, BODY, NOW)


@pytest.mark.parametrize(
    ("scheme", "headers", "sentence"),
    [
        ("shopify", {}, "The header X-Shopify-Hmac-Sha256 is missing."),
        ("stripe", {}, "The header Stripe-Signature is missing."),
        ("zendesk", {}, "The header X-Zendesk-Webhook-Signature is missing."),
        (
            "zendesk",
            {"x-zendesk-webhook-signature": "x"},
            "The header X-Zendesk-Webhook-Signature-Timestamp is",
        ),
        ("stripe", {"stripe-signature": "nonsense"}, "Stripe-Signature must have one t= and a v1= at least."),
        ("stripe", {"stripe-signature": "t=1,t=2,v1=x"}, "Stripe-Signature must have one t= and a v1= at least."),
        ("stripe", {"stripe-signature": "v1=x"}, "Stripe-Signature must have one t= and a v1= at least."),
        ("stripe", {"stripe-signature": "t=now,v1=x"}, "Stripe-Signature has a t= that is no number of seconds."),
        (
            "stripe",
            {"stripe-signature": f"t={'9' * 30},v1=x"},
            "Stripe-Signature has a t= that is no number of seconds.",
        ),
        ("shopify", {"x-shopify-hmac-sha256": "x" * 5000}, "The header X-Shopify-Hmac-Sha256 is longer than 4096"),
        ("shopify", {"x-shopify-hmac-sha256": "é"}, "X-Shopify-Hmac-Sha256 does not fit"),
        ("rot13", {}, "Nobody signs by the scheme 'rot13'; there are shopify, stripe, zendesk."),
    ],
)
def test_what_is_wrong_with_a_signature_is_told(scheme: str, headers: dict[str, str], sentence: str) -> None:
    """And never more than a sentence, such as what would have been right."""
    with pytest.raises(BadSignature) as refused:
        verify(scheme, SECRET, headers, BODY, NOW)

    assert str(refused.value).startswith(sentence)


def test_a_signed_time_that_is_no_time_is_told() -> None:
    """Whoever knows the secret may still be broken."""
    headers = {
        "x-zendesk-webhook-signature": in_base64(b"noon" + BODY),
        "x-zendesk-webhook-signature-timestamp": "noon",
    }

    with pytest.raises(BadSignature, match="is no ISO 8601 time"):
        verify("zendesk", SECRET, headers, BODY, NOW)


def test_without_a_secret_nothing_is_good() -> None:
    """An empty key signs as well as any other."""
    with pytest.raises(BadSignature, match="There is no secret"):
        verify("shopify", "", {"x-shopify-hmac-sha256": in_base64(BODY, "")}, BODY, NOW)
