"""What a report is: one question about everybody, answered from the projections.

A report's file says what it means and where its formulas come from (its docstring, which ``regulars report NAME
--explain`` and the API show), the named SQL, and one function from a connection and a Question to an Answer. Queries
name projections without a schema, so that the same query answers of today and of a past.
"""

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from projections._engine.registry import Connection

Row = Mapping[str, Any]


class BadQuestion(ValueError):
    """A question that a report cannot be asked; the message is a sentence that names the parameter."""


@dataclass(frozen=True)
class Question:
    """What a report is asked.

    ``now`` is the clock by which it reckons. ``begin`` and ``end`` are days in UTC, both within the period; None is
    without bound. Money is counted in ``currency``. ``limit`` is the most rows of a list. ``about`` narrows a report to
    one thing that it tells of, such as a product.
    """

    now: datetime
    currency: str
    store: str | None = None
    begin: date | None = None
    end: date | None = None
    limit: int = 10
    about: str | None = None

    def parameters(self) -> dict[str, Any]:
        """Return it as the parameters of a query, by name."""
        return asdict(self)


class Answer(NamedTuple):
    """What a report answers: single figures by name, and tables by name. Money is in minor units, named ``…_minor``."""

    figures: Row
    tables: Mapping[str, Sequence[Row]]


class Report(NamedTuple):
    """A report: its name, its title, the projections that it reads, and what answers.

    ``about`` says what the question's ``about`` means here; without it there is nothing to narrow. ``headline`` puts
    what matters most of an answer into one sentence. ``everywhere`` is what it reads, where that is kept neither by
    store nor by day: then it refuses both.
    """

    name: str
    title: str
    reads: tuple[str, ...]
    answer: Callable[[Connection, Question], Answer]
    about: str = ""
    headline: Callable[[Question, Answer], str] = lambda _question, _answer: ""
    everywhere: str = ""

    @property
    def definition(self) -> str:
        """Return what it means, in words, with the source of its formulas."""
        return inspect.cleandoc(sys.modules[self.answer.__module__].__doc__ or "")
