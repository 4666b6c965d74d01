"""Measures the platform on this machine, with made-up events of a shop's usual mix."""
