"""Links with which a customer reads one order of theirs, and nothing else.

A link's token is a Fernet token (AES and HMAC-SHA256, of the library cryptography): without one of the keys nobody can
make one, change one, or read whose it is. It says whose order of which number it opens, and until when. Keys are
changed without breaking links: the first one makes new links, and all of them open what they made.
"""

import base64
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

MOST_CHARACTERS = 2048
USUAL_DAYS = 30
MOST_DAYS = 366


class BadLink(ValueError):
    """A token that opens nothing: made by nobody who has a key, changed, or for something else."""


class OrderLink(msgspec.Struct, frozen=True, tag="order_status"):
    """What a token opens: the order of one person, by its number, until an instant."""

    subject: str
    order: str
    until: datetime


def new_key() -> str:
    """Return a new key, as REGULARS_LINK_KEYS has it."""
    return Fernet.generate_key().decode()


def token_of(link: OrderLink, keys: Sequence[str]) -> str:
    """Return the token of a link, made with the first of the keys."""
    return _box(keys).encrypt(msgspec.json.encode(link)).decode()


def path_of(link: OrderLink, keys: Sequence[str]) -> str:
    """Return the path of the api that a link leads to, with its token."""
    return f"/v1/orders/{quote(link.order, safe='')}/status?token={token_of(link, keys)}"


def link_of(token: str, keys: Sequence[str]) -> OrderLink:
    """Return what a token opens; whether that is still so is the caller's to ask. Raises BadLink."""
    if not keys or len(token) > MOST_CHARACTERS:
        raise BadLink
    try:
        sealed = base64.urlsafe_b64decode(token)
        if base64.urlsafe_b64encode(sealed) != token.encode():
            raise BadLink  # base64 is read leniently: what follows its end would be passed over
        return msgspec.json.decode(_box(keys).decrypt(token), type=OrderLink)
    except (InvalidToken, ValueError) as error:
        raise BadLink from error


def _box(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
