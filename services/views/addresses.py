"""How a name stands in an address: whatever a source calls somebody or something is one part of a path, as it is.

An identifier may hold a slash, a question mark, a percent sign, or end like the name of a file. All of it is quoted but
what addresses have in plain sight; what was quoted is told from what separates by ``routed``.
"""

import re
from urllib.parse import quote, unquote

PLAIN = ":@~"
TWIN = re.compile(r"\.(?=(?:json|csv)$)")
KEPT = re.compile(r"%(?=2[5ef])", re.IGNORECASE)


def part(name: str) -> str:
    """Return a name as one part of a path, or as a value of a query."""
    return TWIN.sub("%2E", quote(name, safe=PLAIN))


def routed(path: str) -> str:
    """Return a quoted path as routes match it: unquoted, but for slashes, points and percent signs that were quoted."""
    return unquote(KEPT.sub("%25", path))


def named(text: str) -> str:
    """Return the name that a part of a routed path stands for."""
    return unquote(text)
