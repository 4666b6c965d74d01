"""The desk: where people decide. Commands with rules become facts, which a relay brings to the log."""
