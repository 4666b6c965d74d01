"""The promise that held at a time in a store: policies are facts, and the version decides that was in force then.

The policy ``complaint_promise`` is everybody's; ``complaint_promise.STORE`` is a store's own and stands instead of it,
and a version of that without any setting hands the store back. A version holds from when it was published until the
next one is. Before the first one, and without any, it is 24 hours round the clock.

The awkward half: of a version that was published again only the last wording is kept, so that is taken for what it
said from the first. A version that cannot be understood is passed over: the one before it holds on.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, LiteralString, NamedTuple

from services.promises.promise import BadPromise, Promise, promise_of

POLICY = "complaint_promise"
USUAL_PROMISE = Promise()

# The versions that there are by the clock: all of everybody's and of each store's.
VERSIONS: LiteralString = """
SELECT policy, policy_version, content::jsonb AS content, first_published, content_at, content_by FROM policies
 WHERE (policy = 'complaint_promise' OR starts_with(policy, 'complaint_promise.')) AND first_published <= %(now)s
 ORDER BY policy, first_published, content_at, content_by
"""


class Version(NamedTuple):
    """What holds from a time on; None hands a store back to everybody's. ``by`` is the event that said so last."""

    since: datetime
    by: str
    promise: Promise | None


class Problem(NamedTuple):
    """A version that cannot be understood, and why."""

    policy: str
    policy_version: str
    since: datetime
    problem: str


class Promises:
    """All promises that there were, by store and time."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], now: datetime) -> None:
        """Read the rows of ``VERSIONS``; what was published after the clock ``now`` does not hold yet."""
        self._versions: dict[str, list[Version]] = {}
        self.problems: list[Problem] = []
        for row in rows:
            try:
                promise = promise_of(row["content"]) if row["content"] else None
            except BadPromise as error:
                told = (row["policy"], row["policy_version"], row["first_published"])
                self.problems.append(Problem(*told, str(error)))
                continue
            times = {row["first_published"], row["content_at"]}
            held = [Version(since, row["content_by"], promise) for since in times if since <= now]
            self._versions.setdefault(row["policy"], []).extend(held)
        for versions in self._versions.values():
            versions.sort(key=lambda version: (version.since, version.by))

    def at(self, store: str, when: datetime) -> Promise:
        """Return the promise that held in a store at a time."""
        return self._held(f"{POLICY}.{store}", when) or self._held(POLICY, when) or USUAL_PROMISE

    def _held(self, policy: str, when: datetime) -> Promise | None:
        versions = self._versions.get(policy, ())
        place = bisect_right(versions, when, key=attrgetter("since")) - 1
        return versions[place].promise if place >= 0 else None
