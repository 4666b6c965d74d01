"""Postgres as a Python wheel, started and stopped by our own small files."""
