"""The geometry of charts: figures made into paths and places, for templates that draw them as SVG.

Everything is plain arithmetic on a box of 100 by 100, which the browser stretches to whatever room there is; y grows
downward, as SVG has it. A chart of nothing is an empty path rather than an error.
"""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

BOX = 100.0
GAUGE_FROM_DEGREES = 225.0
GAUGE_SWEEP_DEGREES = 270.0
ROOM = 0.06
"""Which part of a sparkline's height stays free, so that its stroke is not cut."""

Point = tuple[float, float]


class Curve(NamedTuple):
    """A line through points, and the area between it and the ground."""

    line: str
    area: str


class Tick(NamedTuple):
    """A label of an axis, with its place in per cent of the axis."""

    at: float
    value: float


class Bar(NamedTuple):
    """A bar from a ground line: where it begins, and how long it is, in per cent of the room."""

    start: float
    length: float
    negative: bool


class Gauge(NamedTuple):
    """An arc of 270 degrees on a circle of radius 80 around (100, 100), its ticks, and where a former value was."""

    track: str
    share: float
    ticks: tuple[tuple[Point, Point], ...]
    mark: str


def gauge(value: float, most: float = 100, before: float | None = None) -> Gauge:
    """Return a gauge that shows a value between 0 and the most, with a mark where it was before."""
    share = _between(value / most) if most else 0.0
    ticks = tuple((_on_circle(66, step / 10), _on_circle(60, step / 10)) for step in range(11))
    start, end = _on_circle(80, 0), _on_circle(80, 1)
    track = f"M{_xy(start)}A80 80 0 1 1 {_xy(end)}"
    mark = "" if before is None or not most else _arrow(_between(before / most))
    return Gauge(track, share * BOX, ticks, mark)


def curve(points: Sequence[Point], *, width: float = 1, height: float = 1, low: float = 0) -> Curve:
    """Return a curve through points whose x lies in [0, width] and whose y lies in [low, low + height]."""
    if not points:
        return Curve("", "")
    placed = [(BOX * x / (width or 1), BOX - BOX * (y - low) / (height or 1)) for x, y in points]
    line = "M" + "L".join(map(_xy, placed))
    return Curve(line, f"{line}L{_number(placed[-1][0])} 100L{_number(placed[0][0])} 100Z")


def sparkline(values: Sequence[float]) -> Curve:
    """Return a curve through values one step apart, from their least to their most."""
    if not values:
        return Curve("", "")
    low, high = min(values), max(values)
    room = (high - low) * ROOM or 1.0
    steps = list(enumerate(values)) if len(values) > 1 else [(0, values[0]), (1, values[0])]
    return curve(steps, width=len(steps) - 1, height=high - low + 2 * room, low=low - room)


def history(values: Sequence[tuple[datetime, float]], start: datetime, end: datetime, most: float = 100) -> Curve:
    """Return a curve of values over time, between 0 and the most, each holding until the next one."""
    span = (end - start).total_seconds()
    points: list[Point] = []
    for at, value in values:
        x = _between((at - start).total_seconds() / (span or 1))
        if points:
            points.append((x, points[-1][1]))
        points.append((x, value))
    if points:
        points.append((1.0, points[-1][1]))
    return curve(points, height=most)


def strip(moments: Sequence[datetime], start: datetime, end: datetime) -> list[float]:
    """Return where moments lie between two others, in per cent; what lies outside is left out."""
    span = (end - start).total_seconds() or 1
    return [round(BOX * (at - start).total_seconds() / span, 2) for at in moments if start <= at <= end]


def bars(values: Sequence[float]) -> list[Bar]:
    """Return a bar of each value on one scale, to the right where it is positive and to the left where it is not."""
    low, high = min([0.0, *values]), max([0.0, *values])
    span = (high - low) or 1
    ground = BOX * -low / span
    return [Bar(round(min(ground, ground + BOX * v / span), 2), round(BOX * abs(v) / span, 2), v < 0) for v in values]


def columns(values: Sequence[float], most: float | None = None) -> list[tuple[float, float, float, float]]:
    """Return x, y, width and height of a column of each value, side by side with a gap between them."""
    top = most or nice(max(values, default=0))
    step = BOX / max(1, len(values))
    heights = [BOX * _between(value / top) for value in values]
    return [
        (round(step * place + step * 0.15, 3), round(BOX - height, 3), round(step * 0.7, 3), round(height, 3))
        for place, height in enumerate(heights)
    ]


def nice(most: float) -> float:
    """Return the least of 1, 2, 2.5, 5 times a power of ten that is not less: where an axis ends."""
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= most * (1 - 1e-9))


def ticks(most: float, count: int = 5) -> list[Tick]:
    """Return evenly spaced labels from 0 to the most, the highest first, as an axis is read from above."""
    return [Tick(BOX - BOX * step / count, most * step / count) for step in range(count, -1, -1)]


def share(part: float, whole: float) -> float:
    """Return a part of a whole in per cent, never outside 0 and 100; of nothing it is 0."""
    return round(BOX * _between(part / whole), 2) if whole else 0.0


def _between(value: float) -> float:
    return min(1.0, max(0.0, value))


def _on_circle(radius: float, part: float) -> Point:
    angle = math.radians(GAUGE_FROM_DEGREES - GAUGE_SWEEP_DEGREES * part)
    return 100 + radius * math.cos(angle), 100 - radius * math.sin(angle)


def _arrow(part: float) -> str:
    """Return a small triangle outside the arc, which points at it."""
    width = 0.012
    corners = (_on_circle(91, part), _on_circle(100, part - width), _on_circle(100, part + width))
    return "M" + "L".join(map(_xy, corners)) + "Z"


def _xy(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
