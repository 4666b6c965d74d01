"""The rules of the house, version by version: promised times, segments, whatever it has published.

Reads PolicyPublished. One row per policy and version. Of a version that was published again the latest word counts, and
the version of a policy that was published last holds. ``content`` is JSON text: settings by name, sorted, each a text.

The awkward half: what a version said before it was published again is not kept here. A past has it.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from events.catalog.operations import PolicyPublished
from events.envelope import Envelope
from projections._engine import queries
from projections._engine.columns import Key, Latest, Min
from projections._engine.declaration import Projection, Row, folds
from projections._engine.registry import Connection


class Policies(Projection, version=1):
    """A version of a rule."""

    policy: Key[str]
    policy_version: Key[str]
    first_published: Min[datetime]
    content: Latest[str]
    publisher: Latest[str]

    @folds(PolicyPublished)
    def published(self, event: PolicyPublished, envelope: Envelope) -> Row:
        """What a version says as a whole replaces what it said before."""
        return self.row(
            event.policy,
            event.version,
            first_published=envelope.time,
            content=json.dumps(event.content, ensure_ascii=False, sort_keys=True),
            publisher=event.by,
        )


# The version of each policy that holds, by a clock or of all that is known, of the policies whose names begin so. Of
# versions that were published at one instant the greater event id decides.
HOLDING = """
SELECT DISTINCT ON (policy) policy, policy_version, content::jsonb AS content, content_at AS since, publisher
  FROM policies
 WHERE starts_with(policy, %(beginning)s) AND (%(now)s::timestamptz IS NULL OR content_at <= %(now)s)
 ORDER BY policy, content_at DESC, content_by DESC
"""

VERSIONS = """
SELECT policy, policy_version, content::jsonb AS content, first_published, content_at AS since, publisher
  FROM policies WHERE policy = %(policy)s ORDER BY content_at, content_by
"""


# Every version of the policies whose names begin so, those of one policy with the newest first.
EVERY = """
SELECT policy, policy_version, content::jsonb AS content, content_at AS since, publisher
  FROM policies WHERE starts_with(policy, %(beginning)s) ORDER BY policy, content_at DESC, content_by DESC
"""


def every(connection: Connection, beginning: str) -> list[dict[str, Any]]:
    """Return all versions of the policies whose names begin so, for ``held_at``: for who asks of many moments."""
    return queries.rows(connection, EVERY, beginning=beginning)


def held_at(versions: Iterable[dict[str, Any]], at: datetime) -> list[dict[str, Any]]:
    """Return which of ``every`` held at a moment, as ``holding`` does."""
    held: dict[str, dict[str, Any]] = {}
    for version in versions:
        if version["since"] <= at:
            held.setdefault(version["policy"], version)
    return list(held.values())


def holding(connection: Connection, beginning: str, now: datetime | None = None) -> list[dict[str, Any]]:
    """Return the policies whose names begin so, as they hold by ``now``: policy, policy_version, content, since.

    Without a clock it is the last word on each: the clock of a shop whose facts end years ago knows no rule of today's.
    """
    return queries.rows(connection, HOLDING, beginning=beginning, now=now)


def versions(connection: Connection, policy: str) -> list[dict[str, Any]]:
    """Return all versions of a policy, the one that was published last at the end."""
    return queries.rows(connection, VERSIONS, policy=policy)
