"""How many examples a property is tried with. A busy machine is no reason to call one wrong: there is no deadline."""

from hypothesis import settings

FEW = settings(max_examples=60, deadline=None)
MANY = settings(max_examples=200, deadline=None)
