"""Connectors: follow what other systems hold, a table, a topic or a folder, and put what it says onto the log."""
