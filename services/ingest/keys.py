"""Keys: what a sender shows at the door. Made here, or brought along by clients that have one already.

What is stored of a key is its SHA-256. A key of ours is 256 random bits, which nobody guesses however fast the digest
is: to stretch it as one does with passwords would make every request slow, and nothing safer. That does not hold for a
key that is brought along. One that can be guessed can be found by whoever reads the table, so it has to be long.
"""

import hashlib
import re
import secrets
import string
from typing import NamedTuple

from services.ingest.errors import RegistryRefused

ID_CHARACTERS = 8
SECRET_BYTES = 32
DIGEST_BYTES = hashlib.sha256().digest_size
LEAST_CHARACTERS = 16
MOST_CHARACTERS = 256

_ALPHABET = string.ascii_letters + string.digits
_OURS = re.compile(rf"rgl_([A-Za-z0-9]{{{ID_CHARACTERS}}})_[A-Za-z0-9_-]{{43}}")
_BROUGHT = re.compile(rf"[!-9;-~]{{{LEAST_CHARACTERS},{MOST_CHARACTERS}}}")
"""What can be the user of Basic authorization, and a Bearer token: visible ASCII without a colon."""


class Identified(NamedTuple):
    """What a key is known by: the id, which may be shown, and the digest."""

    id: str
    digest: bytes


def generated() -> str:
    """Return a new key, ``rgl_<id>_<secret>``, such as nobody can guess."""
    key_id = "".join(secrets.choice(_ALPHABET) for _ in range(ID_CHARACTERS))
    return f"rgl_{key_id}_{secrets.token_urlsafe(SECRET_BYTES)}"


def brought(text: str) -> str:
    """Return a key that somebody brings along. Raises RegistryRefused for one that cannot be a key."""
    if not _BROUGHT.fullmatch(text):
        message = (
            f"A key has {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters, letters, digits and signs of ASCII without"
            " spaces and colons: HTTP could not carry another."
        )
        raise RegistryRefused(message)
    return text


def identified(key: str) -> Identified:
    """Return what any text would be known by if it were a key."""
    digest = hashlib.sha256(key.encode(errors="surrogatepass"))
    ours = _OURS.fullmatch(key)
    return Identified(ours[1] if ours else f"own{digest.hexdigest()[:ID_CHARACTERS]}", digest.digest())
