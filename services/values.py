"""What values of settings look like."""

import re

MOST_PORT = 65_535

# A host and a port.
ADDRESS = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})")

# A Fernet key: 32 bytes as URL-safe base64.
KEY = re.compile(r"[A-Za-z0-9_-]{43}=")

# A page that a browser opens.
WEB_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")

# https, or http on this very machine; no user and no query. Compared letter by letter with what the provider says.
ISSUER = re.compile(r"(https://[^\s/?#@]+|http://(localhost|127\.0\.0\.1)(:[0-9]+)?)(/[^\s?#]*)?")

# Kafka's names for topics have 249 characters at most, and ours add a dot and a word to the prefix.
PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
