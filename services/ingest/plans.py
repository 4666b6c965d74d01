"""The tracking plans of sources, read once."""

from functools import lru_cache

from services.ingest.source import Source
from services.ingest.tracking_plan import Plan, parse

KEPT_PLANS = 256


@lru_cache(KEPT_PLANS)
def _parsed(plan: str) -> Plan:
    return parse(plan)


def plan_of(source: Source) -> Plan | None:
    """Return the tracking plan of a source, where it has one. Raises BadPlan, which a registered one cannot be."""
    return _parsed(source.plan) if source.plan else None
