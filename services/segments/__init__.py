"""Segments: who is in which, by rules that people write and read, and since when."""
