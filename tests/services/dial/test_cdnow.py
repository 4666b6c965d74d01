"""The whole way: purchases of a real shop, imported through the log and folded, give the published parameters."""

import gzip
from contextlib import closing
from datetime import date
from math import floor

import duckdb
import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]

from projections._engine import queries
from services.dial import model
from services.dial.fitting import Wanted, fit_month
from services.dial.replaying import NeverFitted, compute_month, fits
from services.forecasting import gamma_gamma
from services.installation import Installation
from tests.services.dial.conftest import SAMPLE
from tests.services.forecasting.cdnow import summary

END_OF_CALIBRATION = date(1997, 9, 30)
WANTED = Wanted("USD", END_OF_CALIBRATION)

PARAMETERS = "SELECT parameters, customers FROM projection.dial_fit WHERE month = '1997-09-01' AND currency = 'USD'"

DIALS = """
SELECT value_minor, alive_ppm, days, (DATE '1997-09-30' - first_day) AS age_days FROM projection.dial
 WHERE month = '1997-09-01' AND currency = 'USD' ORDER BY array_position(%(persons)s::text[], person)
"""


# By customer: days with an order, the first and the last one, and what still counts of the spend.
DECAYED = """
SELECT 'customer:' || customer, count(DISTINCT day), min(day), max(day),
       sum(cents * pow(0.5, (DATE '1998-06-30' - day) / 90)), sum(cents * pow(0.5, (DATE '1998-06-30' - day) / 365))
  FROM (SELECT words[1] AS customer, CAST(strptime(words[3], '%Y%m%d') AS DATE) AS day,
               CAST(round(CAST(words[5] AS DECIMAL(14, 4)) * 100) AS BIGINT) AS cents
          FROM (SELECT regexp_split_to_array(trim(line), ' +') AS words
                  FROM read_csv(?, columns = {'line': 'VARCHAR'}, header = false, delim = '|')))
 GROUP BY customer ORDER BY 1
"""

KEPT = """
SELECT person, days, first_day, last_day, recent_minor, longer_minor, now_part, heading_part FROM projection.dial
 WHERE month = '1998-06-01' AND currency = 'USD' ORDER BY person
"""


def _in_order() -> list[str]:
    """Return the customers in the order of the summary, which is that of the sample."""
    lines = gzip.decompress(SAMPLE.read_bytes()).decode().splitlines()
    return list(dict.fromkeys(f"customer:{line.split()[0]}" for line in lines))


def test_the_published_parameters_come_out_of_the_log(cdnow: Installation) -> None:
    """BG/NBD .243, 4.414, .793, 2.426 at -9582.4; Gamma-Gamma 6.25, 3.74, 15.44 dollars, of 946 who bought again."""
    with cdnow.connect() as connection:
        fit_month(connection, cdnow.log(), cdnow.connect, WANTED)
        row = queries.row(connection, PARAMETERS)

    told = {name: float(value) for name, value in row["parameters"].items() if name not in {"currency", "day"}}
    assert (told["r"], told["alpha"], told["a"], told["b"]) == pytest.approx(
        (0.2425945, 4.4136019, 0.7929199, 2.4258881), rel=2e-5
    )
    assert told["log_likelihood"] == pytest.approx(-9582.429, abs=0.001)
    assert (round(told["p"], 2), round(told["q"], 2), round(told["gamma"] / 100, 2)) == (6.25, 3.74, 15.44)
    assert (row["customers"], told["customers"], told["repeaters"]) == (2357, 2357, 946)


def test_each_customer_has_the_published_history_and_value(cdnow: Installation) -> None:
    """Frequency, age and expected value of all 2,357 customers are those of the published summary, to the cent."""
    histories, values = summary()
    expected = gamma_gamma.expected_value(gamma_gamma.fit(values), values)

    with cdnow.connect() as connection:
        fit_month(connection, cdnow.log(), cdnow.connect, WANTED)
        rows = queries.rows(connection, DIALS, persons=_in_order())

    assert [row["days"] - 1 for row in rows] == histories.frequency.tolist()
    assert [row["age_days"] for row in rows] == np.rint(histories.age * 7).tolist()
    # The summary rounds each mean to the cent, and so its fit is a little another one.
    assert [row["value_minor"] for row in rows] == pytest.approx((100 * expected).tolist(), abs=1.5)
    assert all(row["alive_ppm"] == 1_000_000 for row in rows if row["days"] == 1)


def test_the_log_holds_the_fit(cdnow: Installation) -> None:
    """Model, parameters and positions are an event; the same fit of the same events is the same event."""
    with cdnow.connect() as connection:
        done = fit_month(connection, cdnow.log(), cdnow.connect, WANTED)
        again = fit_month(connection, cdnow.log(), cdnow.connect, WANTED)
        recorded = [event for event_id, event in fits(connection, "USD") if event_id == done.event_id]

    (event,) = recorded
    assert again.event_id == done.event_id
    assert (event.model, model.read(event).day) == ("dial.USD", END_OF_CALIBRATION)
    assert sum(event.positions.values()) == 6919


def test_the_log_gives_the_same_dials_again(cdnow: Installation) -> None:
    """Purchases folded again up to the fit's positions, with its parameters: every figure of every dial is the same."""
    with cdnow.connect() as connection:
        fit_month(connection, cdnow.log(), cdnow.connect, WANTED)
        again = compute_month(connection, cdnow.log(), cdnow.connect, date(1997, 9, 1), "USD")

    assert (again.after, again.customers) == (again.before, 2357)


def test_a_month_that_was_never_fitted(cdnow: Installation) -> None:
    """Without a recorded fit there is nothing to make dials of, and that is said."""
    with cdnow.connect() as connection, pytest.raises(NeverFitted, match="no fit of September 1996 in USD"):
        compute_month(connection, cdnow.log(), cdnow.connect, date(1996, 9, 1), "USD")


def test_what_still_counts_and_how_it_ranks_as_others_reckon_it(cdnow: Installation) -> None:
    """Days, decayed spend by DuckDB over the raw file; ranks by scipy's percentile of a score; trends one by one."""
    day = date(1998, 6, 30)
    with closing(duckdb.connect()) as raw, cdnow.connect() as connection:
        expected = raw.execute(DECAYED, [str(SAMPLE)]).fetchall()
        fit_month(connection, cdnow.log(), cdnow.connect, Wanted("USD", day))
        told = connection.execute(KEPT).fetchall()

    assert [row[:4] for row in told] == [row[:4] for row in expected]
    recent, longer = ([row[place] for row in told] for place in (4, 5))
    # A weight is cut to a millionth, and the sum to the cent.
    assert recent == pytest.approx([row[4] for row in expected], abs=0.6)
    assert longer == pytest.approx([row[5] for row in expected], abs=0.6)
    ranks = stats.percentileofscore(recent, recent, kind="mean")
    assert [row[6] for row in told] == [
        floor(rank + 0.5) if minor else 0 for rank, minor in zip(ranks, recent, strict=True)
    ]
    assert [row[7] for row in told] == [_heading(row[4], row[5], (day - row[2]).days) for row in told]


def _heading(recent_minor: int, longer_minor: int, age_days: int) -> int:
    days = range(max(age_days + 1, 30))
    recent, longer = (
        minor / sum(0.5 ** (ago / life) for ago in days) for minor, life in ((recent_minor, 90), (longer_minor, 365))
    )
    return floor(100 * recent / (recent + longer) + 0.5) if recent + longer else 0
