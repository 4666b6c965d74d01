"""Who may look, and who may act: users, roles, sessions, and what was looked at."""
