"""What a process that stays has to warn of: one line each on stderr, whatever the libraries below have to say."""

import logging
import sys


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return the record on one line."""
        return " ".join(super().format(record).split())


def tell_warnings() -> None:
    """Write warnings, and what is graver, to stderr from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
