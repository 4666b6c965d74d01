"""The reactions: what the platform does by itself when something happens, or does not happen in time."""
