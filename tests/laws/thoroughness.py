"""How hard the laws are tried: the same examples every time, few enough for every run of the tests."""

from hypothesis import HealthCheck, settings

QUICK = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""For laws that stay in memory."""

WITH_POSTGRES = settings(
    QUICK, max_examples=10, suppress_health_check=[*QUICK.suppress_health_check, HealthCheck.function_scoped_fixture]
)
"""For laws that ask a database; an example there brings tables of its own."""
