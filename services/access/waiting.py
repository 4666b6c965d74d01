"""Who has to wait before the next try to sign in: by the name that was typed, and by the address it came from.

A try counts before it is looked at, and is taken back when it went well: a hundred at once are a hundred. After FREE
tries in vain the wait doubles each time, up to LONGEST. So whoever knows a name can keep its owner waiting for as long
as they go on, and that is the price: a password cannot be guessed. Sessions go on meanwhile, and a one-time link lets
its owner in.
"""

import ipaddress
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from projections._engine.registry import Connection

FIRST_WAIT = timedelta(seconds=15)
LONGEST = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)
MOST_DOUBLINGS = 12
IPV6_PREFIX = 64

# No row comes back while there is still to be waited.
TRY = """
INSERT INTO access.attempt AS a (kind, digest, tries, last_at, locked_until)
VALUES (%(kind)s, %(digest)s, 1, %(now)s, '-infinity')
    ON CONFLICT (kind, digest) DO UPDATE
   SET tries = CASE WHEN a.last_at < %(now)s - %(forgotten)s THEN 1 ELSE a.tries + 1 END,
       locked_until = CASE WHEN a.last_at < %(now)s - %(forgotten)s OR a.tries + 1 < %(free)s THEN '-infinity'
                           ELSE %(now)s + least(%(longest)s,
                                %(first)s * power(2, least(a.tries + 1 - %(free)s, %(doublings)s))) END,
       last_at = %(now)s
 WHERE a.locked_until <= %(now)s
RETURNING a.tries
"""

LOCKED = """
SELECT locked_until FROM access.attempt WHERE kind = %(kind)s AND digest = %(digest)s AND locked_until > %(now)s
"""

TAKE_BACK = """
UPDATE access.attempt SET tries = greatest(tries - 1, 0), locked_until = '-infinity'
 WHERE kind = %(kind)s AND digest = %(digest)s
"""

FORGET = "DELETE FROM access.attempt WHERE kind = %(kind)s AND digest = %(digest)s"

FORGET_OLD = "DELETE FROM access.attempt WHERE last_at < %(before)s"


class Kind(StrEnum):
    """By what somebody is known who tries."""

    NAME = "name"
    ADDRESS = "address"


FREE = {Kind.NAME: 5, Kind.ADDRESS: 30}
"""After how many tries in vain the waiting begins; a whole shop may come from one address."""


class Trying(NamedTuple):
    """What is known of a try before it is looked at: until when to wait, or None, and which try in vain it may be."""

    until: datetime | None
    tries: int

    @property
    def locks(self) -> bool:
        """Return whether the next one has to wait, if this one is in vain."""
        return self.until is None and self.tries >= FREE[Kind.NAME]


def try_once(connection: Connection, name: str, address: str, now: datetime) -> Trying:
    """Count a try, or say until when there is to be waited: then it does not count.

    Do so outside a transaction that could be rolled back: a try that is forgotten was free.
    """
    tries = 0
    for kind, said in ((Kind.ADDRESS, _network(address)), (Kind.NAME, name)):
        key = {"kind": kind, "digest": _digest(said)}
        waits = {"free": FREE[kind], "first": FIRST_WAIT, "longest": LONGEST, "doublings": MOST_DOUBLINGS}
        row = connection.execute(TRY, {**key, **waits, "now": now, "forgotten": FORGOTTEN_AFTER}).fetchone()
        if row is None:
            locked = connection.execute(LOCKED, {**key, "now": now}).fetchone()
            return Trying(locked[0] if locked else now, 0)
        tries = int(row[0])
    return Trying(None, tries)


def went_well(connection: Connection, name: str, address: str) -> None:
    """Take a try back that was not in vain: nobody waits for the name any more; the address has one less."""
    connection.execute(FORGET, {"kind": Kind.NAME, "digest": _digest(name)})
    connection.execute(TAKE_BACK, {"kind": Kind.ADDRESS, "digest": _digest(_network(address))})


def forgive(connection: Connection, name: str) -> None:
    """Let nobody wait for a name any more: its owner has shown who they are otherwise."""
    connection.execute(FORGET, {"kind": Kind.NAME, "digest": _digest(name)})


def forget_old(connection: Connection, now: datetime) -> None:
    """Forget whoever has not tried for so long that they would begin anew anyway."""
    connection.execute(FORGET_OLD, {"before": now - FORGOTTEN_AFTER})


def locked_until(connection: Connection, name: str, now: datetime) -> datetime | None:
    """Return until when somebody who signs in by a name has to wait; None where they need not."""
    row = connection.execute(LOCKED, {"kind": Kind.NAME, "digest": _digest(name), "now": now}).fetchone()
    return None if row is None else row[0]


def _network(address: str) -> str:
    """Return what counts as one address: of IPv6 the network, since whoever has one address there has them all."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:  # noqa: PLR2004 - the version's name
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped or ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False))


def _digest(said: str) -> bytes:
    return sha256(said.encode(errors="surrogatepass")).digest()
