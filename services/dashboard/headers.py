"""The headers that every HTML answer carries: what a browser may load, and from where, and who may frame it."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(  # noqa: FLY002 - one rule a line
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    )
)
EVERYWHERE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}
FOR_PAGES = {"Content-Security-Policy": POLICY, "Cross-Origin-Opener-Policy": "same-origin"}


class SafeHeaders:
    """Adds the headers, as plain ASGI: an answer that is a stream stays one."""

    def __init__(self, app: ASGIApp) -> None:
        """Serve this application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, with the headers where there is an answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                html = headers.get("content-type", "").startswith("text/html")
                for name, value in {**EVERYWHERE, **(FOR_PAGES if html else {})}.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sent)
