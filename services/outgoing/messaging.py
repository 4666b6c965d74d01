"""Sends messages to people by Apprise, one try each, and says why where that fails.

Apprise retries nothing here: the queue does. Its own log is not shown, since a plugin may name what is in its URL; what
is kept of it has everything masked that stands in the URL. Nobody can tell whether a message whose answer was lost has
arrived, so it is sent again then: a person may get it twice.
"""

import logging
import re
from urllib.parse import unquote, urlsplit

import apprise

from services.outgoing.outcome import SENT, Outcome

TIMEOUT_SECONDS = 45.0
LEAST_MASKED_CHARACTERS = 4
MASK = "***"

logging.getLogger("apprise").propagate = False
logging.getLogger("apprise").addHandler(logging.NullHandler())

ASSET = apprise.AppriseAsset(
    app_id="Regulars", app_desc="Regulars", app_url="", async_mode=False, storage_mode="memory", http_redirects=False
)


def understood(url: str) -> bool:
    """Return whether Apprise knows what to do with a URL."""
    return bool(apprise.Apprise(asset=ASSET).add(url))


def send(url: str, title: str, text: str) -> Outcome:
    """Send one message now, to where the URL leads. It blocks for as long as TIMEOUT_SECONDS."""
    way = apprise.Apprise(asset=ASSET)
    if not way.add(url):
        return Outcome(error="Apprise does not understand the channel's URL.")
    line = " ".join(title.split())
    result = way.notify(body=text, title=line, body_format=apprise.NotifyFormat.TEXT, timeout=TIMEOUT_SECONDS)
    if result:
        return SENT
    said = "; ".join(entry.message for entry in result.logs())
    return Outcome(error=masked(said, url) or "It was not taken, and Apprise does not say why.")


def masked(text: str, url: str) -> str:
    """Return a text in which everything that stands in a URL is masked."""
    rest = urlsplit(url)
    pieces = {piece for part in rest[1:] for piece in re.split(r"[/@:&=?;,]+", part)}
    secrets = {said for piece in pieces for said in (piece, unquote(piece)) if len(said) >= LEAST_MASKED_CHARACTERS}
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text.replace("\0", "")
