"""Ways in for what other systems already hold: files, read by DuckDB and turned into events by a mapping."""
