"""Keyset paging: where a page ends is where the next one begins, however much was added in between."""

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from services.views.view import BadParameter, Row

After = Annotated[str, Meta(description="Where the page before this one ended: its 'next'.", max_length=1024)]
PageLimit = Annotated[int, Meta(description="The most rows of a page.", ge=1, le=1000)]


def token_of(row: Row, keys: Sequence[str]) -> str:
    """Return where a page ended: its last row's keys, as text for a URL."""
    return base64.urlsafe_b64encode(msgspec.json.encode([row[key] for key in keys])).decode().rstrip("=")


def after(token: str, kinds: Sequence[type]) -> list[Any] | None:
    """Return the keys of a token, each of its kind; None for the first page. Raises BadParameter."""
    if not token:
        return None
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        parts = msgspec.json.decode(text, type=list[Any])
        return [msgspec.convert(part, kind, strict=False) for part, kind in zip(parts, kinds, strict=True)]
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        message = f"after: {token[:64]!r} is no page of this list: take it from 'next'."
        raise BadParameter(message) from error


def paged(rows: Sequence[Row], limit: int, keys: Sequence[str]) -> tuple[Sequence[Row], str]:
    """Return a page of rows that were read with a limit of one more, and where the next one begins, if there is one."""
    page = rows[:limit]
    return page, token_of(page[-1], keys) if len(rows) > limit else ""
