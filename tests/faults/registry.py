"""Every fault that is tried, and how often: in the selection of ``make test``, and in the whole of ``make faults``."""

from collections.abc import Callable
from typing import NamedTuple

from tests.faults import (
    backlogs,
    cut_answers,
    cut_doors,
    full_disks,
    hostile_events,
    killed,
    killed_doors,
    killed_relays,
    lonely_doors,
    lost_logs,
    many_members,
    stopped_doors,
    stopped_servers,
)
from tests.faults.ground import Ground
from tests.faults.outcome import Outcome

Try = Callable[[Ground, int], Outcome]


class Fault(NamedTuple):
    """A fault: what happens, and how many times in the short selection and in the whole."""

    name: str
    try_it: Try
    short: int
    whole: int


FAULTS = (
    Fault("a pump is killed at a point of a batch", killed.at_points, 4, 40),
    Fault("a pump is killed at a random moment", killed.at_random, 2, 100),
    Fault("the broker restarts", stopped_servers.broker_restarted, 0, 5),
    Fault("the broker is killed", stopped_servers.broker_killed, 1, 5),
    Fault("Postgres is stopped at once", stopped_servers.postgres_stopped, 1, 5),
    Fault("the answer to COMMIT is cut", cut_answers.commit_unanswered, 2, 40),
    Fault("a member joins or leaves each second", many_members.storm, 10, 60),
    Fault("a zombie commits too late", many_members.zombies, 1, 6),
    Fault("two pumps own the same partitions", many_members.two_owners, 1, 5),
    Fault("poison", hostile_events.poison, 0, 10),
    Fault("the same events are sent again", hostile_events.sent_again, 0, 5),
    Fault("late and shuffled events", hostile_events.late_and_shuffled, 0, 5),
    Fault("old, new and unknown versions", hostile_events.every_version, 0, 10),
    Fault("oversize records", hostile_events.oversize, 0, 10),
    Fault("all of these events at once", hostile_events.all_at_once, 1, 5),
    Fault("a backlog at five times the rate", backlogs.five_times_the_rate, 1, 3),
    Fault("retention passed the checkpoint", lost_logs.retention_passed, 1, 6),
    Fault("the topic is made anew", lost_logs.topic_recreated, 1, 6),
    Fault("the broker's disk is full", full_disks.broker_filled, 1, 3),
    Fault("the disk of Postgres is full", full_disks.postgres_filled, 1, 3),
    Fault("a front door is killed at a point", killed_doors.at_points, 1, 16),
    Fault("a front door is killed at a random moment", killed_doors.at_random, 0, 20),
    Fault("a relay of the desk is killed at a point", killed_relays.relays_at_points, 0, 16),
    Fault("a relay of the desk is killed at a random moment", killed_relays.relays_at_random, 0, 20),
    Fault("a front door is told to stop", stopped_doors.told_to_stop, 0, 5),
    Fault("the answer of a front door is cut", cut_doors.answer_cut, 0, 30),
    Fault("the broker is away behind the door", lonely_doors.broker_away, 0, 3),
    Fault("Postgres is away behind the door", lonely_doors.postgres_away, 0, 3),
)
"""All of them, in the order of the table."""
