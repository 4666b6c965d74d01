"""What people and programmes ask: one view a file, served under /v1 and shown as a page."""
