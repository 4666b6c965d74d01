"""The stories of the simulated life around real orders, one module a story."""
