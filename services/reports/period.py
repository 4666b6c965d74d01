"""The period of a report that cannot tell of everything at once: what was left open is settled by the clock."""

from datetime import date
from typing import Any

from services.reports.report import BadQuestion, Question

USUAL_DAYS = 30


def bounded(question: Question, days: int = USUAL_DAYS) -> dict[str, Any]:
    """Return what is asked as the parameters of a query, with a whole period and the one before it.

    Without an end the period ends on the clock's day; without a beginning it is so many days long. ``before`` is the
    first day of the period before it, which is as long. Raises BadQuestion where it would end before it begins.
    """
    end = question.end or question.now.date()
    begin = question.begin or _earlier(end, days - 1)
    if begin > end:
        message = f"from: {begin} is after the end of the period, {end}."
        raise BadQuestion(message)
    return question.parameters() | {"begin": begin, "end": end, "before": _earlier(begin, (end - begin).days + 1)}


def _earlier(day: date, days: int) -> date:
    """Return the day that lies so many days before; before the first day of the calendar there is none."""
    return date.fromordinal(max(1, day.toordinal() - days))
