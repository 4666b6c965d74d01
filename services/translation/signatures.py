"""How vendors sign their webhooks, so that nobody else can send some in their name.

* ``shopify``: ``X-Shopify-Hmac-Sha256`` is the HMAC-SHA256 of the body in base64; the key is the client's secret.
  https://shopify.dev/docs/apps/build/webhooks/verify-deliveries
* ``stripe``: ``Stripe-Signature`` is ``t=…,v1=…``, the HMAC-SHA256 of ``t.body`` in hexadecimal; there are several
  ``v1`` while a secret is being exchanged. https://docs.stripe.com/webhooks/signature
* ``zendesk``: ``X-Zendesk-Webhook-Signature`` is the HMAC-SHA256 of ``X-Zendesk-Webhook-Signature-Timestamp`` and the
  body, in base64. https://developer.zendesk.com/documentation/webhooks/verifying/

What is signed with its time is good for five minutes, before and after: what was overheard cannot be sent again later.
The awkward half: Shopify signs no time, so there an old delivery that is sent again is only known by its id.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(minutes=5)
MAX_HEADER_CHARACTERS = 4096
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS = re.compile(r"\d{1,11}", re.ASCII)  # so many that they are a time at all

Headers = Mapping[str, str]
"""The headers of a request, their names in lower case."""


class BadSignature(ValueError):
    """A webhook is not signed as its vendor would have; the message says why."""


def verify(scheme: str, secret: str, headers: Headers, body: bytes, now: datetime) -> None:
    """Raise BadSignature unless a webhook's body is signed with ``secret``, by the scheme of a vendor."""
    check = _SCHEMES.get(scheme)
    if check is None:
        message = f"Nobody signs by the scheme {scheme!r}; there are {', '.join(sorted(_SCHEMES))}."
        raise BadSignature(message)
    if not secret:
        message = "There is no secret to check the signature with."
        raise BadSignature(message)
    check(secret.encode(), headers, body, now)


def _shopify(secret: bytes, headers: Headers, body: bytes, _: datetime) -> None:
    name = "X-Shopify-Hmac-Sha256"
    _compare(name, [_header(headers, name)], _in_base64(secret, body))


def _stripe(secret: bytes, headers: Headers, body: bytes, now: datetime) -> None:
    name = "Stripe-Signature"
    parts = [part.strip().partition("=") for part in _header(headers, name).split(",")]
    times = [value for key, _, value in parts if key == "t"]
    signatures = [value for key, _, value in parts if key == "v1"]
    if len(times) != 1 or not signatures:
        message = f"{name} must have one t= and a v1= at least."
        raise BadSignature(message)
    if _SECONDS.fullmatch(times[0]) is None:
        message = f"{name} has a t= that is no number of seconds."
        raise BadSignature(message)
    _compare(name, signatures, _digest(secret, times[0].encode() + b"." + body).hex())
    _check_age(name, EPOCH + timedelta(seconds=int(times[0])), now)


def _zendesk(secret: bytes, headers: Headers, body: bytes, now: datetime) -> None:
    name = "X-Zendesk-Webhook-Signature"
    signature, signed_at = _header(headers, name), _header(headers, f"{name}-Timestamp")
    _compare(name, [signature], _in_base64(secret, signed_at.encode() + body))
    try:
        moment = datetime.fromisoformat(signed_at)
    except ValueError:
        message = f"{name}-Timestamp is no ISO 8601 time."
        raise BadSignature(message) from None
    _check_age(name, moment if moment.tzinfo else moment.replace(tzinfo=UTC), now)


_SCHEMES: dict[str, Callable[[bytes, Headers, bytes, datetime], None]] = {
    "shopify": _shopify,
    "stripe": _stripe,
    "zendesk": _zendesk,
}


def _header(headers: Headers, name: str) -> str:
    value = headers.get(name.lower(), "")
    if not value:
        message = f"The header {name} is missing."
        raise BadSignature(message)
    if len(value) > MAX_HEADER_CHARACTERS:
        message = f"The header {name} is longer than {MAX_HEADER_CHARACTERS} characters."
        raise BadSignature(message)
    return value


def _digest(secret: bytes, signed: bytes) -> bytes:
    return hmac.new(secret, signed, hashlib.sha256).digest()


def _in_base64(secret: bytes, signed: bytes) -> str:
    return base64.b64encode(_digest(secret, signed)).decode()


def _compare(name: str, given: list[str], expected: str) -> None:
    """Raise BadSignature unless one is the expected; how long that takes tells nothing about where they differ."""
    equal = [hmac.compare_digest(one.encode(), expected.encode()) for one in given]
    if not any(equal):
        message = f"{name} does not fit: the body was signed with another secret, or was changed on its way."
        raise BadSignature(message)


def _check_age(name: str, signed_at: datetime, now: datetime) -> None:
    if abs(now - signed_at) > TOLERANCE:
        minutes = round(TOLERANCE / timedelta(minutes=1))
        message = f"{name} was made at {signed_at.isoformat()}, which is more than {minutes} minutes from now."
        raise BadSignature(message)
