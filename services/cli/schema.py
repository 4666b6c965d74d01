"""``regulars schema``: the published contract as files."""

from pathlib import Path
from typing import Annotated

from typer import Option

from events.schema import write_schemas
from services.cli.failures import Failure
from services.cli.terminal import AsJson, emit, write

Folder = Annotated[
    Path, Option("--out", metavar="DIR", file_okay=False, help="The folder to write into; it is made if missing.")
]


def schema(out: Folder, as_json: AsJson = False) -> None:
    """Write a JSON Schema for every event type, and the AsyncAPI document.

    The same catalogue always gives the same bytes, so the files can be kept under version control and compared.
    """
    try:
        paths = write_schemas(out)
    except OSError as error:
        message = f"{error.filename or out}: {error.strerror}."
        raise Failure(message) from None
    if as_json:
        emit({"files": [str(path) for path in paths]})
    else:
        write(f"{len(paths)} files written to {out}.")
