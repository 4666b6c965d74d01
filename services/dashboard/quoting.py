"""How addresses are quoted in pages: what templates put into one, and the one that was asked for."""

from collections.abc import Mapping
from urllib.parse import urlencode as query_of

from fastapi import Request

from services.views.addresses import part


def urlencode(value: object) -> str:
    """Return what templates put into an address: a text as one part of it, a mapping as a query."""
    return query_of(value) if isinstance(value, Mapping) else part(str(value))


def path_of(request: Request) -> str:
    """Return the path that was asked for, quoted as it was."""
    raw: bytes = request.scope["raw_path"]
    return raw.partition(b"?")[0].decode("latin-1")
