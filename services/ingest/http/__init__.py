"""The front door over HTTP: routes, what they read, and how they answer."""
