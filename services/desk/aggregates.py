"""What can be decided on at the desk: one line each."""

from collections.abc import Mapping
from typing import Any

from services.desk.deciding import Aggregate
from services.desk.task import TASK

AGGREGATES: tuple[Aggregate[Any], ...] = (TASK,)

BY_NAME: Mapping[str, Aggregate[Any]] = {aggregate.name: aggregate for aggregate in AGGREGATES}
