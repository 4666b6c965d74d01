"""Passwords: argon2id, with the parameters that RFC 9106 recommends where memory is scarce.

One takes 64 MiB and some 50 ms to check, which is what it is for. Whoever checks many at a time runs out of both.
"""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.access.errors import AccessRefused

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 256

_HASHER = PasswordHasher()


def checked(password: str, *names: str) -> str:
    """Return a password that can be one, for somebody of these names. Raises AccessRefused."""
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        message = f"A password has {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters: a few words in a row do well."
        raise AccessRefused(message)
    if len(set(password)) < LEAST_CHARACTERS // 3:
        message = "This password says the same over and over: a few different words in a row do well."
        raise AccessRefused(message)
    if any(name and _plain(name) in {_plain(password), _plain(password)[::-1]} for name in names):
        message = "Your own name is no password: a few words in a row do well."
        raise AccessRefused(message)
    return password


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    return _HASHER.hash(password.encode(errors="surrogatepass"))


def matches(kept: str, password: str) -> bool:
    """Return whether it is that password; where none is kept it is not, which takes as long to find out."""
    try:
        found = _HASHER.verify(kept or _nobodys(), password[: MOST_CHARACTERS + 1].encode(errors="surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False
    return found and bool(kept)


def outdated(kept: str) -> bool:
    """Return whether it was kept with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    return hashed("nobody has this password")


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
