"""Webhooks: a vendor needs no key, since it signs; what is not signed by it never comes in."""

import base64
import hashlib
import hmac
import json
from http import HTTPStatus

import httpx
import pytest

from services.ingest.resending import redrive
from tests.services.ingest.doors import Door, Sender, client_of

SECRET = "-".join(["hush"] * 3)
ORDER = {
    "id": 450789469,
    "created_at": "2026-03-01T10:00:00+01:00",
    "currency": "GBP",
    "total_price": "17.98",
    "customer": {"id": 42},
    "line_items": [{"product_id": 632910392, "title": "Teapot, blå", "quantity": 2, "price": "8.99"}],
}


@pytest.fixture
def shop(door: Door) -> Sender:
    """Return a source that is a shop at Shopify, and that the door knows."""
    found = door.sender(translation="shopify", secret=SECRET)
    with client_of(door, found.write) as client:
        client.get("/v1/verdicts/never-sent")  # a key that it does not know has it read the registry again
    return found


def signature(body: bytes, secret: str = SECRET) -> str:
    """Return what Shopify signs a body with."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def call(door: Door, source: str, body: bytes, **headers: str) -> httpx.Response:
    """Call as Shopify does; headers are written with underscores."""
    told = {"X-Shopify-Topic": "orders/create", "X-Shopify-Hmac-Sha256": signature(body)}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    with client_of(door) as client:
        return client.post(f"/v1/webhooks/{source}", content=body, headers=told)


def test_a_signed_order_is_on_the_log(door: Door, shop: Sender) -> None:
    """As an order of the shop's customer; when the vendor calls again it counts once."""
    body = json.dumps(ORDER).encode()

    first, second = call(door, shop.name, body), call(door, shop.name, body)

    placed = next(each for each in door.stored(shop.name) if each["type"] == "regulars.order.placed.v2")
    assert (first.status_code, first.json()["accepted"], first.json()["duplicates"]) == (HTTPStatus.OK, 1, 0)
    assert (second.status_code, second.json()["duplicates"]) == (HTTPStatus.OK, 1)
    assert (placed["subject"], placed["data"]["total_minor"], placed["data"]["lines"][0]["name"]) == (
        "customer:42",
        1798,
        "Teapot, blå",
    )
    assert len([each for each in door.stored(shop.name) if each["type"] == placed["type"]]) == 1


@pytest.mark.parametrize("signed", ["", "x", signature(b"another body"), signature(b"{}", "another secret")])
def test_what_the_vendor_did_not_sign_does_not_come_in(door: Door, shop: Sender, signed: str) -> None:
    """401, and nothing of it is kept."""
    answer = call(door, shop.name, b"{}", X_Shopify_Hmac_Sha256=signed)

    kept = door.connection.execute("SELECT count(*) FROM ingest.verdict WHERE source = %s", [shop.name]).fetchone()
    assert (answer.status_code, answer.json()["code"]) == (HTTPStatus.UNAUTHORIZED, "bad_signature")
    assert SECRET not in answer.text
    assert (kept, door.stored(shop.name)) == ((0,), [])


def test_a_source_that_signs_nothing_takes_no_webhooks(door: Door, sender: Sender) -> None:
    """Nor does one that there is not: 404 for both."""
    answers = [call(door, sender.name, b"{}"), call(door, "nobody", b"{}")]

    assert [answer.status_code for answer in answers] == [HTTPStatus.NOT_FOUND] * 2


def test_a_bad_order_is_kept_with_what_its_headers_said(door: Door, shop: Sender) -> None:
    """200, or the vendor would call for days; and it can be redriven, since the topic is kept with it."""
    body = json.dumps({**ORDER, "total_price": "much"}).encode()

    answer = call(door, shop.name, body)

    (verdict,) = answer.json()["verdicts"]
    (kept,) = door.connection.execute("SELECT body FROM ingest.verdict WHERE id = %s", [verdict["verdict"]]).fetchall()
    mended = bytes(kept[0]).replace(b'"much"', b'"17.98"')
    assert (answer.status_code, verdict["field"]) == (HTTPStatus.OK, "total_price")
    assert redrive(door.connection, door.log(), verdict["verdict"], mended).reason == ""
    assert "regulars.order.placed.v2" in {each["type"] for each in door.stored(shop.name)}


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_signed_nonsense_is_refused(door: Door, shop: Sender, body: bytes) -> None:
    """400, with a sentence."""
    answer = call(door, shop.name, body)

    assert (answer.status_code, answer.json()["code"]) == (HTTPStatus.BAD_REQUEST, "malformed")
