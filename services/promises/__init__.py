"""Promises: by when we said that we would answer, in working hours of a store, as the policy said that held then."""
