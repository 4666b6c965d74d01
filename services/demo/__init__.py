"""The demo: real orders of a real shop, simulated life around them, and a report that a shopkeeper wants to read."""
