"""The front door: what upstream systems send comes in here, and is on the log before they hear that it is accepted."""
