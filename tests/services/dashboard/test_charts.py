"""The geometry of charts."""

from datetime import UTC, datetime, timedelta

import pytest

from services.dashboard import charts

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(days=10)


def test_a_curve_runs_from_left_to_right_and_its_area_down_to_the_ground() -> None:
    """The largest y is at the top, which is 0 in SVG."""
    curve = charts.curve([(0, 0), (0.5, 0.8), (1, 1)])

    assert curve.line == "M0 100L50 20L100 0"
    assert curve.area == "M0 100L50 20L100 0L100 100L0 100Z"


def test_a_curve_of_nothing_is_empty() -> None:
    """A chart of an empty house is no error."""
    assert charts.curve([]) == charts.sparkline([]) == charts.history([], START, END) == ("", "")
    assert [*charts.bars([]), *charts.columns([]), *charts.strip([], START, END)] == []


def test_a_sparkline_of_one_value_or_of_equal_ones_is_a_flat_line() -> None:
    """Nothing is divided by the difference that there is not."""
    assert charts.sparkline([7]).line == charts.sparkline([3, 3]).line == "M0 50L100 50"


def test_history_holds_a_value_until_the_next_one() -> None:
    """A dial does not glide: it stands where it stood until an event moves it, and then until the end."""
    curve = charts.history([(START, 20), (START + timedelta(days=5), 70)], START, END)

    assert curve.line == "M0 80L50 80L50 30L100 30"


def test_a_strip_leaves_out_what_lies_elsewhere() -> None:
    """A tick outside of its axis would be a lie about when."""
    moments = [START - timedelta(days=1), START + timedelta(days=2, hours=12), END, END + timedelta(seconds=1)]

    assert charts.strip(moments, START, END) == [25.0, 100.0]


def test_bars_share_one_ground_and_one_scale() -> None:
    """What is less than nothing goes to the left of it."""
    up, down = charts.bars([30, -10])

    assert (up.start, up.length, up.negative) == (25.0, 75.0, False)
    assert (down.start, down.length, down.negative) == (0.0, 25.0, True)
    assert charts.bars([0, 0]) == [(0.0, 0.0, False)] * 2


def test_columns_stand_side_by_side_below_a_round_figure() -> None:
    """With 12 as the most, the axis ends at 20."""
    first, second = charts.columns([5, 12])

    assert first == (7.5, 75.0, 35.0, 25.0)
    assert second == (57.5, 40.0, 35.0, 60.0)
    assert [tick.value for tick in charts.ticks(charts.nice(12), 4)] == [20, 15, 10, 5, 0]


@pytest.mark.parametrize(("most", "end"), [(0, 1), (0.3, 0.5), (1, 1), (12, 20), (21, 25), (99, 100), (1000, 1000)])
def test_an_axis_ends_at_a_round_figure(most: float, end: float) -> None:
    """The next of 1, 2, 2.5 and 5 times a power of ten."""
    assert charts.nice(most) == pytest.approx(end)


def test_a_gauge_never_leaves_its_arc() -> None:
    """What is more than the most is the most; of nothing to compare with there is no mark."""
    assert [charts.gauge(each).share for each in (-5, 0, 79, 120)] == [0, 0, 79, 100]
    assert charts.gauge(79).mark == ""
    assert charts.gauge(79, before=88).mark.startswith("M")
    assert charts.gauge(1, most=0).share == 0


def test_a_share_of_nothing_is_none() -> None:
    """And a part is never more than the whole."""
    assert [charts.share(*each) for each in ((1, 0), (1, 3), (5, 3))] == [0, 33.33, 100]
