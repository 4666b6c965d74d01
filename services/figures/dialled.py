"""Why a dial is what it is: its three parts, each with its reckoning, and the orders that they are made of.

The dial is made again from the same events and the same fit. Two of its parts are ranks among all customers of the
month: how many have less is counted in the dials that are kept.
"""

from typing import Any

from projections._engine import queries
from services.dial.formula import WEEKS, monthly
from services.dial.history import SCALE
from services.figures.dial_history import Dialled, decayed, dialled_of
from services.figures.figure import Asking, Because, Explained, Figure, Term
from services.figures.folding import said
from services.figures.money import PURCHASES
from services.reports import words

MADE_OF = ("purchases",)
CURRENCY = ("currency",)
CHANGED = "Other events are theirs now than when the dial was made, as after a merge: the next fit takes them in."

# How many of a month's customers have less, and how many as much.
AMONG = """
SELECT count(*) FILTER (WHERE {column} < %(mine)s) AS less, count(*) FILTER (WHERE {column} = %(mine)s) AS same
  FROM dial WHERE month = %(month)s AND currency = %(currency)s
"""
LOUDER = """
SELECT count(*) FILTER (WHERE dial > %(dial)s) AS louder,
       count(*) FILTER (WHERE dial = %(dial)s AND (expected_12_minor > %(expected)s
                              OR (expected_12_minor = %(expected)s AND person < %(person)s))) AS as_loud
  FROM dial WHERE month = %(month)s AND currency = %(currency)s
"""


def _events(told: Dialled) -> list[Because]:
    """Return the orders behind a dial, each with what still counts of it, and the fit at the end."""
    currency, half_life = told.row["currency"], told.made_of.formula.recent_half_life
    events = []
    for fact in told.facts:
        rows = [row for row in said(PURCHASES, fact) if row["currency"] == currency]
        if not rows:
            continue
        day = rows[0]["day"]
        net = sum(_net(row) for row in rows)
        weight = told.weight(day, half_life) / SCALE
        age = words.counted((told.row["day"] - day).days, "day")
        events.append(Because(fact, round(net * weight), currency, f"still counts: {weight:.0%}, {age} old"))
    return [*events, *([Because(told.fit, note="the fit: which model, and which events")] if told.fit else [])]


def _net(row: Any) -> int:  # noqa: ANN401 - what a fold said
    return int(row.get("spend_minor", 0) - row.get("cancelled_minor", 0) - row.get("returned_minor", 0))


def _explained(told: Dialled, terms: list[Term], *, equal: bool) -> Explained:
    return Explained(terms, _events(told), equal, "" if equal else CHANGED)


def dial(asking: Asking) -> Explained:
    """Return the three parts, weighed and added up."""
    told = dialled_of(asking)
    parts = zip(("now", "heading", "potential"), told.made_of.formula.weights, strict=True)
    values = [(name, told.row[f"{name}_part"], weight) for name, weight in parts]
    terms = [
        Term(
            name.capitalize(),
            value * weight / 100,
            "points",
            "+" if place else "",
            f"{value} of 100, which counts {weight} %",
            f"dial_{name}",
            asking.of,
        )
        for place, (name, value, weight) in enumerate(values)
    ]
    whole = (sum(value * weight for _, value, weight in values) + 50) // 100
    terms.append(Term("The dial", whole, "", "=", "rounded, a half upwards"))
    return _explained(told, terms, equal=whole == told.row["dial"])


def _ranked(asking: Asking, told: Dialled, column: str) -> tuple[list[Term], int]:
    row = told.row
    asked = {"mine": row[column], "month": row["month"], "currency": row["currency"]}
    among = queries.row(asking.connection, AMONG.format(column=column), **asked)
    less, same, customers = among["less"], among["same"], row["customers"]
    rank = (200 * less + 100 * same + customers) // (2 * max(1, customers)) if row[column] > 0 else 0
    terms = [
        Term("Customers with less", less),
        Term("Half of those with as much, themselves among them", same / 2, sign="+"),
        Term("Of all who ever ordered", customers, sign="÷"),
    ]
    return terms, rank


def now_part(asking: Asking) -> Explained:
    """Return what of the net spend still counts, and how many customers have less."""
    told = dialled_of(asking)
    row, half_life = told.row, told.made_of.formula.recent_half_life
    ranks, rank = _ranked(asking, told, "recent_minor")
    net = sum(day.net_minor for day in told.days.values())
    terms = [
        Term("Net spend by then", net, row["currency"]),
        Term("What of it still counts", row["recent_minor"], row["currency"], "→", _half(half_life)),
        *ranks,
        Term("Now", rank, "of 100", "=", "rounded, a half upwards"),
    ]
    again = told.again is not None and rank == row["now_part"]
    recent = decayed(told.days, row["day"], half_life)
    return _explained(told, terms, equal=again and recent == row["recent_minor"])


def _half(half_life: int) -> str:
    return f"each day's half as much for every {half_life} days that it is old"


def heading_part(asking: Asking) -> Explained:
    """Return the recent rate of spend against that of the longer run."""
    told = dialled_of(asking)
    row, formula = told.row, told.made_of.formula
    age = (row["day"] - row["first_day"]).days
    halves = (
        ("Lately", row["recent_minor"], formula.recent_half_life),
        ("In the longer run", row["longer_minor"], formula.longer_half_life),
    )
    rates = [
        Term(f"{word}, a month", monthly(minor, half, age), row["currency"], note=_half(half))
        for word, minor, half in halves
    ]
    heading = 0 if told.again is None else int(told.again.parts.heading[0])
    terms = [
        *rates,
        Term("The recent rate's share of both together", row["heading_part"] / 100, "%", "→"),
        Term("Heading", heading, "of 100", "=", "50 is as ever, 67 twice as fast, 0 silent"),
    ]
    return _explained(told, terms, equal=told.again is not None and heading == row["heading_part"])


def _forecast(told: Dialled) -> list[Term]:
    """Return how expected spend comes of the model and a history of three numbers."""
    row = told.row
    weeks = (row["last_day"] - row["first_day"]).days / 7, (row["day"] - row["first_day"]).days / 7
    return [
        Term("Days with an order after the first", row["days"] - 1),
        Term("From the first to the last order", weeks[0], "weeks"),
        Term("From the first order to the day of the fit", weeks[1], "weeks"),
        Term(
            "Orders expected in 12 months",
            row["expected_12_milli"] / 1000,
            "orders",
            "→",
            f"BG/NBD, {WEEKS[12]:.0f} weeks",
        ),
        Term("Spend expected on each", row["value_minor"], row["currency"], "×", "Gamma-Gamma"),  # noqa: RUF001
        Term(
            "Expected in 12 months", row["expected_12_minor"], row["currency"], "=", "of figures that are not rounded"
        ),
    ]


def _forecast_is(told: Dialled) -> bool:
    if told.again is None:
        return False
    row, again = told.row, told.again.columns()
    names = ("value_minor", "expected_12_milli", "expected_12_minor", "alive_ppm")
    return all(int(again[name][0]) == row[name] for name in names)


def expected(asking: Asking) -> Explained:
    """Return what is expected of them in the next 12 months."""
    told = dialled_of(asking)
    return _explained(told, _forecast(told), equal=_forecast_is(told))


def potential_part(asking: Asking) -> Explained:
    """Return what is expected of them, and of how many customers less is."""
    told = dialled_of(asking)
    ranks, rank = _ranked(asking, told, "expected_12_minor")
    terms = [*_forecast(told), *ranks, Term("Potential", rank, "of 100", "=", "rounded, a half upwards")]
    return _explained(told, terms, equal=_forecast_is(told) and rank == told.row["potential_part"])


def alive(asking: Asking) -> Explained:
    """Return how likely it is that they still are a customer."""
    told = dialled_of(asking)
    certain = "who bought once counts as a customer for certain" if told.row["days"] == 1 else "BG/NBD"
    terms = [*_forecast(told)[:3], Term("Still a customer", told.row["alive_ppm"] / 1e6, "%", "→", certain)]
    return _explained(told, terms, equal=_forecast_is(told))


def rank(asking: Asking) -> Explained:
    """Return how many customers have a louder dial."""
    told = dialled_of(asking)
    row = told.row
    asked = {"dial": row["dial"], "expected": row["expected_12_minor"], "person": row["person"]}
    before = queries.row(asking.connection, LOUDER, **asked, month=row["month"], currency=row["currency"])
    terms = [
        Term("Their dial", row["dial"], "of 100", figure="dial", of=asking.of),
        Term("Customers with a louder one", before["louder"]),
        Term("As loud, and more is expected of them", before["as_loud"], sign="+"),
        Term("They themselves", 1, sign="+"),
        Term("Rank", 1 + before["louder"] + before["as_loud"], f"of {row['customers']:,}", "="),
    ]
    return _explained(told, terms, equal=terms[-1].value == row["place"])


FIGURES = (
    Figure("dial", "The volume dial", "How loud they are: three parts, weighed and added up.", MADE_OF, dial, CURRENCY),
    Figure(
        "dial_now", "Now", "What of their spend still counts, as rank among all customers.", MADE_OF, now_part, CURRENCY
    ),
    Figure(
        "dial_heading", "Heading", "The recent rate of spend against the longer run.", MADE_OF, heading_part, CURRENCY
    ),
    Figure(
        "dial_potential",
        "Potential",
        "What is expected of them, as rank among all customers.",
        MADE_OF,
        potential_part,
        CURRENCY,
    ),
    Figure(
        "expected",
        "Next 12 months",
        "What they are expected to spend in the next 12 months.",
        MADE_OF,
        expected,
        CURRENCY,
    ),
    Figure("alive", "Still a customer", "How likely it is that they still are a customer.", MADE_OF, alive, CURRENCY),
    Figure(
        "rank",
        "Rank",
        "The loudest customer is the first; of those as loud, of whom most is expected.",
        MADE_OF,
        rank,
        CURRENCY,
    ),
)
