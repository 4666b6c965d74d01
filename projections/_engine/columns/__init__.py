"""The merge algebra: what a column's values are and how two of them become one.

Every merge is associative and commutative, with the empty state as identity. Idempotent it is not: a sum counts what it
is given, which is why a batch and its checkpoint commit together.
"""

from projections._engine.columns.base import Column, Key, Stamp
from projections._engine.columns.gathered import Counts, Union
from projections._engine.columns.plain import Max, Min, Sum
from projections._engine.columns.stamped import Earliest, Latest, LatestBy

__all__ = ["Column", "Counts", "Earliest", "Key", "Latest", "LatestBy", "Max", "Min", "Stamp", "Sum", "Union"]
