"""Texts that Postgres cannot hold: U+0000, and halves of surrogate pairs, which JSON can write."""


def storable(text: str) -> bool:
    """Return whether Postgres can hold a text."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def escaped(text: str) -> str:
    """Return a text as Postgres can hold it: what it cannot is written as an escape, as in JSON."""
    return text.encode(errors="backslashreplace").decode().replace("\0", "\\u0000")
