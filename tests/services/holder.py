"""A process that holds an installation open: started by tests, and killed by some of them.

It says ``open``, then ``stored`` with a number for every row that it has committed, and leaves when its input ends.
"""

import sys
from pathlib import Path

from services.installation import open_installation
from services.settings import Settings

# Postgres lets only one of two processes make a table at the same time, and the other one fails.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(1)"
KEPT = "CREATE TABLE IF NOT EXISTS kept (number integer GENERATED ALWAYS AS IDENTITY, line text)"
STORE = "INSERT INTO kept (line) VALUES (%s) RETURNING number"


def main(home: str) -> None:
    """Open the installation of a home and store a row for each line of the input."""
    with open_installation(Settings(home=Path(home))) as installation, installation.connect() as connection:
        with connection.transaction():
            connection.execute(ONE_AT_A_TIME)
            connection.execute(KEPT)
        _say("open")
        for line in sys.stdin:
            ((number,),) = connection.execute(STORE, [line]).fetchall()
            _say(f"stored {number}")


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
