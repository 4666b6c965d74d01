"""The oracle: tells every projection again from the log, in plain Python, and compares it with what Postgres holds.

It shares nothing with the programme but the log, the tables and the published schemas: its own client of Kafka, the
standard library's JSON, folds written by hand. Run it in a process of its own, ``python -m tests.oracle``.
"""

from tests.oracle.judging import Verdict, judge, run

__all__ = ["Verdict", "judge", "run"]
