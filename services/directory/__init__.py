"""The directory: every known customer once, as lists and searches look for them."""
