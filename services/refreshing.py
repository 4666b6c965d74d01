"""What has to be worked out anew every night or so, as it depends on everybody at once: one job a line.

A job reads one snapshot and keeps what it found in tables of its own; doing it again adds nothing. Where it cannot be
done, such as a fit over too few customers, it says so in a sentence, and the others go on.
"""

from collections.abc import Callable
from typing import NamedTuple

from events.log import EventLog
from services.associations.keeping import Wanted, mine
from services.associations.rules import TooManySetsError
from services.dial.fitting import fill_dials
from services.directory.filling import fill
from services.installation import Connection
from services.reports import words
from services.reports.asking import Asked, settled
from services.segments.errors import BadSegment
from services.segments.members import refresh


class Standing(NamedTuple):
    """What a job works with: a connection, the log, and how to connect again."""

    connection: Connection
    log: EventLog
    connect: Callable[[], Connection]


class Job(NamedTuple):
    """A job: its name, and what does it and says in a sentence what came of it."""

    name: str
    work: Callable[[Standing], str]


class Refreshed(NamedTuple):
    """What came of a job."""

    job: str
    told: str


def _dials(standing: Standing) -> str:
    done = fill_dials(*standing)
    months = [each for each in done if not each.reason]
    reasons = sorted({f"{each.currency}: {each.reason}" for each in done if each.reason})
    return "; ".join([f"{len(months)} months of dials were made", *reasons])


def _rules(standing: Standing) -> str:
    mined = mine(standing.log, standing.connection, Wanted())
    return f"{mined.orders:,} orders gave {mined.rules_kept:,} rules and {mined.companions:,} companions of products"


def _members(standing: Standing) -> str:
    question = settled(standing.connection, Asked(), None)
    told = refresh(standing.connection, question.now, question.currency)
    entered, left = sum(each.entered for each in told), sum(each.left for each in told)
    return f"{len(told)} segments: {words.counted(entered, 'customer')} entered, {left:,} left"


def _directory(standing: Standing) -> str:
    now = settled(standing.connection, Asked(), None).now
    return f"{words.counted(fill(standing.connection, standing.log.log_id, now), 'customer')} can be listed and found"


JOBS: tuple[Job, ...] = (
    Job("dials", _dials),
    Job("associations", _rules),
    Job("segments", _members),
    Job("directory", _directory),
)


def refreshed(standing: Standing, heard: Callable[[int, int], None] | None = None) -> list[Refreshed]:
    """Do every job and return what came of each. ``heard`` is told how many of how many are done."""
    done = []
    for number, job in enumerate(JOBS, start=1):
        try:
            told = job.work(standing)
        except (BadSegment, TooManySetsError) as error:
            told = f"not done: {error}"
        done.append(Refreshed(job.name, told))
        if heard:
            heard(number, len(JOBS))
    return done
