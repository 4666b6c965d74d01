"""Whether a message may go out now, looked at in the moment of sending: for customers by what they allow and when.

In this order: somebody who wishes to be forgotten is written to no more; without their consent to the purpose, by this
channel, nobody is; without an address nobody can be; in quiet hours it waits until they end; what would be too often is
held back. What answers something that they did, the purpose ``service``, takes no consent and is never too often,
though it counts. A person is one with all their identifiers.

For the staff it is the address alone.
"""

from datetime import datetime
from functools import cache
from typing import Any, LiteralString, NamedTuple

from projections._engine import queries
from projections._engine.registry import Connection
from projections.staff import members
from services.outgoing.channels import Channel, is_address
from services.outgoing.rules import SPANS, Rules, is_zone, rules_for

SERVICE = "service"
STAFF = "staff:"

# Whoever judges messages to customers does so alone, so that two at once do not both fill the last place under a cap.
ALONE = "SELECT pg_advisory_xact_lock(hashtext('regulars.outgoing.customers'))"

# What is known of a person. A word counts from its own time on; one that takes something back does so at once.
PERSON: LiteralString = """
WITH me AS (SELECT coalesce((SELECT person FROM person_of WHERE identifier = %(recipient)s), %(recipient)s) AS person),
own AS (SELECT person AS identifier FROM me
        UNION SELECT o.identifier FROM person_of AS o JOIN me ON o.person = me.person),
told AS (SELECT purpose, channel, given, given_at, given_by FROM consents
          WHERE subject IN (SELECT identifier FROM own) AND (NOT given OR given_at <= %(now)s)),
traits AS (SELECT p.traits FROM profile_of(%(recipient)s) AS p)
SELECT (SELECT array_agg(identifier) FROM own) AS identifiers,
       EXISTS (SELECT FROM told AS w WHERE NOT w.given AND w.purpose = '' AND w.channel = '' AND NOT EXISTS (
           SELECT FROM told AS g WHERE g.given AND (g.given_at, g.given_by) > (w.given_at, w.given_by))) AS erased,
       EXISTS (SELECT FROM told AS g WHERE g.given AND g.purpose = %(purpose)s AND g.channel IN ('', %(channel)s)
                  AND NOT EXISTS (SELECT FROM told AS w
                                   WHERE NOT w.given AND w.purpose IN ('', g.purpose) AND w.channel IN ('', %(channel)s)
                                     AND (w.given_at, w.given_by) > (g.given_at, g.given_by))) AS agreed,
       coalesce((SELECT traits -> 'email' ->> 2 FROM traits), '') AS email,
       coalesce((SELECT traits -> 'timezone' ->> 2 FROM traits), '') AS zone,
       coalesce((SELECT store FROM orders WHERE subject IN (SELECT identifier FROM own) AND ordered IS NOT NULL
                  ORDER BY ordered DESC, store LIMIT 1),
                (SELECT s.store FROM managers AS m JOIN staff AS s USING (manager)
                  WHERE m.subject IN (SELECT identifier FROM own) ORDER BY m.reason_at DESC, m.manager LIMIT 1),
                '') AS store
"""

COUNTED: LiteralString = """
SELECT count(*) FROM outgoing.delivery
 WHERE recipient = ANY (%(identifiers)s) AND counted_at > %(since)s AND id <> %(id)s
   AND (%(channel)s = '' OR channel = %(channel)s)
"""


class Message(NamedTuple):
    """What is about to be sent: the delivery's id, to whom, and for which purpose."""

    id: int
    recipient: str
    purpose: str


class Send(NamedTuple):
    """It may go out, to this address, which is empty where the channel needs none."""

    address: str


class Held(NamedTuple):
    """It may not: the rule's code, and a sentence. It waits where there is an ``until``."""

    code: str
    words: str
    until: datetime | None = None


class Guards:
    """Judges the messages of one transaction."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        """Judge by this clock, over a connection that is in the transaction."""
        self._connection = connection
        self._now = now
        self._rules = cache(lambda store: rules_for(connection, store, now))
        self._alone = False

    def judge(self, message: Message, channel: Channel) -> Send | Held:
        """Return whether a message may go out by a channel."""
        if channel.audience == "staff":
            return self._staff(message, channel)
        if not self._alone:
            self._connection.execute(ALONE)
            self._alone = True
        return self._customer(message, channel)

    def _staff(self, message: Message, channel: Channel) -> Send | Held:
        if not channel.addressed:
            return Send("")
        name = message.recipient.removeprefix(STAFF)
        known = members(self._connection, name)
        email = known[0]["email"].strip() if known and known[0]["open"] else ""
        if not is_address(email):
            why = "has no e-mail address" if known and known[0]["open"] else "has no open portfolio"
            return Held("no_address", f"{name} {why}: open the portfolio with one, and redeliver this.")
        return Send(email)

    def _customer(self, message: Message, channel: Channel) -> Send | Held:
        asked = {"recipient": message.recipient, "purpose": message.purpose, "channel": channel.kind, "now": self._now}
        person = queries.row(self._connection, PERSON, **asked)
        if person["erased"]:
            return Held("erasure", "They wish to be forgotten: nothing is sent to them any more.")
        if message.purpose != SERVICE and not person["agreed"]:
            words = f"They do not agree to {message.purpose!r} by {channel.kind}, or took that back."
            return Held("consent", words)
        email = person["email"].strip()
        if not is_address(email):
            return Held("no_address", "No e-mail address of theirs is known.")
        rules = self._rules(person["store"])
        return self._quiet(message, person, rules) or self._too_often(message, person, channel, rules) or Send(email)

    def _quiet(self, message: Message, person: dict[str, Any], rules: Rules) -> Held | None:
        if rules.quiet is None or message.purpose in rules.quiet.exempt:
            return None
        zone = person["zone"] if is_zone(person["zone"]) else rules.quiet.zone
        until = rules.quiet.until(self._now, zone)
        if until is None:
            return None
        span = f"{rules.quiet.begin:%H:%M} to {rules.quiet.end:%H:%M}"
        return Held("quiet_hours", f"It is quiet from {span} in {zone}: it waits until then.", until)

    def _too_often(self, message: Message, person: dict[str, Any], channel: Channel, rules: Rules) -> Held | None:
        if message.purpose == SERVICE:
            return None
        for cap in rules.caps:
            if cap.channel not in {"", channel.kind}:
                continue
            since = self._now - SPANS[cap.span]
            said = {"identifiers": person["identifiers"], "since": since, "id": message.id, "channel": cap.channel}
            counted = queries.row(self._connection, COUNTED, **said)["count"]
            if counted >= cap.most:
                by = f" by {cap.channel}" if cap.channel else ""
                return Held("frequency_cap", f"They got {counted}{by} within a {cap.span}, and {cap.most} is the most.")
        return None
