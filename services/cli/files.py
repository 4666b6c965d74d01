"""The files that a command is given."""

import os
from pathlib import Path

from services.cli.failures import Failure


def readable(path: Path) -> Path:
    """Return a file or folder that can be read. Raises Failure."""
    if not path.exists():
        message = f"{path} does not exist."
        raise Failure(message)
    if not os.access(path, os.R_OK):
        message = f"{path} may not be read by this user."
        raise Failure(message)
    return path
