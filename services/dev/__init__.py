"""What a developer's machine and the tests have in place of a cluster; nothing here runs in production."""
