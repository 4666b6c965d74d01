"""Signs webhooks as the Standard Webhooks specification says, symmetrically: HMAC-SHA256 over id, time and body.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from hmac import digest

PREFIX = "whsec_"
SECRET_BYTES = 32
LEAST_BYTES, MOST_BYTES = 24, 64


class BadSecret(ValueError):
    """A text that is no secret; the message never repeats it."""


def new_secret() -> str:
    """Return a secret that nobody has seen yet."""
    return PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """Return the key that a secret stands for. Raises BadSecret."""
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not LEAST_BYTES <= len(key) <= MOST_BYTES:
        message = f"A secret is {PREFIX} and {LEAST_BYTES} to {MOST_BYTES} bytes in base64."
        raise BadSecret(message)
    return key


def headers(signers: Sequence[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers by which whoever has one of these secrets knows that this is from us, and when it was sent."""
    timestamp = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    signatures = (f"v1,{b64encode(digest(key_of(secret), signed, sha256)).decode()}" for secret in signers)
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": " ".join(signatures)}
