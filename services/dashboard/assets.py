"""What a page brings besides itself: style, scripts, icons and letters, held in memory and kept by browsers for good.

Each file's address has a hash of what is in it, so that a browser may keep it for ever and a new release is seen at
once. Ours are served as they are written; what others wrote is made by ``make assets`` (infra/assets) and locked.
"""

import gzip
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, Request, Response

STATIC = Path(__file__).parent / "static"
VENDOR = STATIC / "vendor"
STYLES = (
    "reset",
    "tokens",
    "base",
    "layout",
    "outside",
    "components",
    "tables",
    "lists",
    "reports",
    "live",
    "forms",
    "board",
    "charts",
    "customer",
    "utilities",
    "print",
    "house",
)
"""The parts of the one style sheet, in their order."""

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
FOR_EVER = "public, max-age=31536000, immutable"
HASH_CHARACTERS = 16
SMALL_BYTES = 512
"""What is smaller does not gain by being packed."""

URL = re.compile(r"url\(([a-z0-9-]+\.[a-z0-9]+)\)")
SYMBOL = re.compile(r'<symbol id="([a-z0-9-]+)"')


class Asset(NamedTuple):
    """A file as it is served: its content, packed too where that is smaller, its type and its hash."""

    content: bytes
    packed: bytes | None
    media_type: str
    digest: str


def href(name: str) -> str:
    """Return a file's address. Raises KeyError where there is no such file."""
    return f"/static/{held()[name].digest}/{name}"


def icon_href(name: str) -> str:
    """Return the address of an icon within the sprite. Raises KeyError where the sprite has none of that name."""
    if name not in icons():
        message = f"there is no icon {name!r}: name it in infra/assets/icons.json and run 'make assets'."
        raise KeyError(message)
    return f"{href('icons.svg')}#{name}"


@cache
def icons() -> frozenset[str]:
    """Return the names of all icons."""
    return frozenset(SYMBOL.findall((VENDOR / "icons.svg").read_text(encoding="utf-8")))


@cache
def held() -> dict[str, Asset]:
    """Return every file by its name. Letters and icons come first, since the style sheet names their addresses."""
    files = {each.name: each.read_bytes() for folder in (VENDOR, STATIC) for each in folder.glob("*.*")}
    assets = {name: _asset(name, content) for name, content in sorted(files.items()) if Path(name).suffix in TYPES}
    return assets | {"regulars.css": _asset("regulars.css", _style_sheet(assets))}


def router() -> APIRouter:
    """Return the route of all files."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/static/{digest}/{name}", _serve, methods=["GET", "HEAD"])
    return routes


async def _serve(request: Request, digest: str, name: str) -> Response:
    """Serve a file. Under another release's hash it is not found, or a browser would keep the wrong one for ever."""
    asset = held().get(name)
    if asset is None or asset.digest != digest:
        return Response(f"There is no file {name} of this release: load the page anew.", 404, media_type="text/plain")
    headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if asset.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=asset.media_type)
    return Response(asset.content, headers=headers, media_type=asset.media_type)


def _asset(name: str, content: bytes) -> Asset:
    suffix = Path(name).suffix
    packed = gzip.compress(content, 9, mtime=0) if suffix != ".woff2" and len(content) >= SMALL_BYTES else None
    digest = hashlib.sha256(content).hexdigest()[:HASH_CHARACTERS]
    return Asset(content, packed, TYPES[suffix], digest)


def _style_sheet(assets: dict[str, Asset]) -> bytes:
    """Return the parts as one sheet, in which files are named by their addresses."""

    def addressed(found: re.Match[str]) -> str:
        return f"url(/static/{assets[found[1]].digest}/{found[1]})"

    parts = [(STATIC / "styles" / f"{part}.css").read_text(encoding="utf-8") for part in STYLES]
    return URL.sub(addressed, "\n".join(parts)).encode()
