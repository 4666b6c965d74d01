"""Remembers the latest messages that are on the log, so that one that is sent again is answered at once.

It is a help, and not the rule: what came before the process began, or to another process, the log itself decides
(``events.log``). A message again as it was is a duplicate; its id with other content is a conflict.
"""

from xxhash import xxh3_64_intdigest

from services.ingest.verdict import Outcome

MOST = 200_000


class Recent:
    """Two generations of hashes; between MOST and twice as many messages are remembered. One thread uses it."""

    def __init__(self, most: int = MOST) -> None:
        """Begin with nothing."""
        self._most = most
        self._newer: dict[int, int] = {}
        self._older: dict[int, int] = {}

    def known(self, message: int, content: int) -> Outcome | None:
        """Return duplicate or conflict for a message that was remembered, None for any other."""
        held = self._newer.get(message)
        if held is None:
            held = self._older.get(message)
        if held is None:
            return None
        return Outcome.DUPLICATE if held == content else Outcome.CONFLICT

    def remember(self, message: int, content: int) -> None:
        """Remember a message that is on the log."""
        if len(self._newer) >= self._most:
            self._older, self._newer = self._newer, {}
        self._newer[message] = content


def hashed(scope: str, message_id: str) -> int:
    """Return the hash under which a message is remembered; ids of different scopes are different."""
    return xxh3_64_intdigest(f"{scope}\0{message_id}".encode(errors="surrogatepass"))


def digest(content: bytes) -> int:
    """Return the hash of a message's content."""
    return xxh3_64_intdigest(content)
