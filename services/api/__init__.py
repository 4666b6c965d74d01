"""What ``regulars api`` serves: the front door, and what people and programmes read."""
