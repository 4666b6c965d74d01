"""Dials in words: what each part says of a customer, and why a dial moved."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.dial.formula import Formula, monthly
from services.reports import words

NEW_DAYS = 90
STEADY = range(45, 56)
ALMOST_SILENT = 10
MOST_RANK = 99

Row = Mapping[str, Any]
PARTS = ("now", "heading", "potential")


def formula_of(row: Row) -> Formula:
    """Return the formula that a dial was made by, as its fit was recorded."""
    return Formula(*(int(row["parameters"][name]) for name in Formula._fields))


def parts_of(row: Row) -> list[dict[str, Any]]:
    """Return the parts of a dial: each one's value, its weight in percent, and the reason for it."""
    formula = formula_of(row)
    reasons = (_now(row, formula), _heading(row, formula), _potential(row))
    return [
        {"part": name, "value": row[f"{name}_part"], "weight": weight, "reason": reason}
        for name, weight, reason in zip(PARTS, formula.weights, reasons, strict=True)
    ]


def why(row: Row) -> str:
    """Return the reasons for a dial in one line, without how it ranks: that is what the parts say."""
    formula = formula_of(row)
    return f"{_left(row)}; {_rates(row, formula)}; {_forecast(row)}."


def _now(row: Row, formula: Formula) -> str:
    if row["recent_minor"] == 0:
        return "nothing of the spend still counts."
    half = f"half as much for every {formula.recent_half_life} days that it is old"
    return f"{_left(row)}, {half}: more than {_others(row['now_part'])}."


def _heading(row: Row, formula: Formula) -> str:
    return f"{_rates(row, formula)}."


def _potential(row: Row) -> str:
    expected = words.money(row["expected_12_minor"], row["currency"])
    return f"{expected} in the next 12 months: {_forecast(row)}; more than {_others(row['potential_part'])}."


def _others(rank: int) -> str:
    return "nearly all customers have" if rank > MOST_RANK else f"{rank} of 100 customers have"


def _left(row: Row) -> str:
    return f"{words.money(row['recent_minor'], row['currency'])} of the spend still counts"


def _rates(row: Row, formula: Formula) -> str:
    age = (row["day"] - row["first_day"]).days
    recent = words.money(monthly(row["recent_minor"], formula.recent_half_life, age), row["currency"])
    longer = words.amount(monthly(row["longer_minor"], formula.longer_half_life, age), row["currency"])
    return f"{_direction(row['heading_part'], age)}, {recent} a month lately, {longer} in the longer run"


def _forecast(row: Row) -> str:
    orders = f"{row['expected_12_milli'] / 1000:.1f} orders of {words.money(row['value_minor'], row['currency'])}"
    return f"{orders} expected in 12 months, {words.share(row['alive_ppm'] / 1e6)} likely to be a customer still"


def _direction(heading: int, age_days: int) -> str:
    if age_days < NEW_DAYS:
        return f"new, the first order was {words.counted(age_days, 'day')} ago"
    if heading <= ALMOST_SILENT:
        return "silent" if heading == 0 else "almost silent"
    if heading in STEADY:
        return "steady"
    return "rising" if heading > STEADY[-1] else "falling"


def moved(row: Row) -> str:
    """Return why a dial moved: the part that moved it most, and what the customer did since the month before."""
    by = row["dial"] - row["dial_before"]
    weighed = {
        name: weight * (row[f"{name}_part"] - row[f"{name}_part_before"])
        for name, weight in zip(PARTS, formula_of(row).weights, strict=True)
    }
    name = max(PARTS, key=lambda each: weighed[each] * (1 if by >= 0 else -1))
    return f"{_done(row)}; {name} went from {row[f'{name}_part_before']} to {row[f'{name}_part']}."


def _done(row: Row) -> str:
    if more := row["days"] - row["days_before"]:
        return f"ordered on {words.counted(more, 'more day')}, last on {_day(row['last_day'])}"
    if row["recent_minor"] > row["recent_minor_before"]:
        return f"an order grew or came back, the last one of {_day(row['last_day'])}"
    return f"silent since {_day(row['last_day'])}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def moved_since(told: Row, months: int) -> dict[str, Any] | None:
    """Return what moved a dial since so many months ago: how many points each part added or took.

    ``told`` is one of ``history_of``. The points are not rounded, so together they may differ from the dial's move by
    one. None where there is no dial of then, or an earlier one.
    """
    last = told["history"][0]
    begin = _months_before(last["month"], months)
    before = next((each for each in told["history"] if each["month"] <= begin), None)
    if before is None:
        return None
    weights = {part["part"]: part["weight"] for part in told["parts"]}
    parts = [(name, before[f"{name}_part"], last[f"{name}_part"]) for name in PARTS]
    return {
        "month": before["month"],
        "dial": before["dial"],
        "by": last["dial"] - before["dial"],
        "places": before["place"] - last["place"],
        "parts": [
            {"part": name, "before": was, "now": now, "points": weights[name] * (now - was) / 100}
            for name, was, now in parts
        ],
    }


def _months_before(month: date, months: int) -> date:
    years, left = divmod(month.year * 12 + month.month - 1 - months, 12)
    return date(years, left + 1, 1)


def history_of(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return one person's dials, a currency each: the last one with its parts and reasons, and those of each month.

    ``rows`` are ordered by currency, the last month first.
    """
    by_currency: dict[str, list[Row]] = {}
    for row in rows:
        by_currency.setdefault(row["currency"], []).append(row)
    return [
        {
            "currency": currency,
            "month": months[0]["month"],
            "dial": months[0]["dial"],
            "place": months[0]["place"],
            "of_customers": months[0]["customers"],
            "parts": parts_of(months[0]),
            "alive_share": months[0]["alive_ppm"] / 1e6,
            **{name: months[0][name] for name in months[0] if name.startswith("expected_") and name.endswith("_minor")},
            "history": [
                {name: month[name] for name in ("month", "dial", "now_part", "heading_part", "potential_part", "place")}
                for month in months
            ],
        }
        for currency, months in by_currency.items()
    ]
