"""What holds for the whole house: the time by which it lives."""
