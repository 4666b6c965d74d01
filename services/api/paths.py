"""Paths whose parts may hold anything: routes match a path before what was quoted in it becomes a slash again.

Servers unquote a path before an application sees it, so that ``/customers/card%2F12`` and ``/customers/card/12`` are
the same to it. Here quoted slashes, points and percent signs stay quoted until a route has matched, and are unquoted in
what it names. So ``customer:a/timeline``, quoted, is a customer, and no part of the page of ``customer:a``.
"""

from starlette.convertors import PathConvertor, StringConvertor, register_url_convertor
from starlette.types import ASGIApp, Receive, Scope, Send

from services.views.addresses import named, part, routed

QUOTED = (b"%2f", b"%2e", b"%25")


class QuotedPaths:
    """Has routes match what was asked for, with its quoted slashes still quoted. Stands before all routes."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before this application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put right the path of a request that has something quoted in it."""
        raw: bytes = scope.get("raw_path") or b""
        if scope["type"] == "http" and any(quoted in raw.lower() for quoted in QUOTED):
            scope = {**scope, "path": routed(raw.partition(b"?")[0].decode("latin-1"))}
        await self.app(scope, receive, send)


class _Part(StringConvertor):
    """One part of a path, and the name that it stands for."""

    def convert(self, value: str) -> str:
        return named(value)

    def to_string(self, value: str) -> str:
        return part(value)


class _Parts(PathConvertor):
    """The rest of a path; slashes may stand in it as they are."""

    def convert(self, value: str) -> str:
        return named(value)


register_url_convertor("str", _Part())
register_url_convertor("path", _Parts())
