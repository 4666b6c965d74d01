"""What commands print: results on stdout, progress and messages on stderr, in colour where a person looks.

With ``--json`` a command prints one JSON document on stdout and nothing else there. Rich is imported when a table or a
bar is drawn: most of what a command in a script would wait for is the import.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from shutil import get_terminal_size
from typing import Annotated, Any

import msgspec
from typer import Option, secho

PIPED_COLUMNS = 100

AsJson = Annotated[bool, Option("--json", help="Print one JSON document.")]

Advance = Callable[[int, int], None]
"""Is told how much of how much is done."""

Stage = Callable[[str, int, int], None]
"""Is told what is being done, and how much of how much."""


def emit(document: object) -> None:
    """Print a document as one line of JSON."""
    sys.stdout.write(msgspec.json.encode(document).decode() + "\n")
    sys.stdout.flush()


def say(sentence: str) -> None:
    """Tell whoever runs the command how it goes."""
    secho(sentence, err=True, dim=True)


def write(line: str = "", *, bold: bool = False, colour: str | None = None) -> None:
    """Print a line of the result, however long."""
    secho(line, bold=bold or None, fg=colour)


def columns() -> int:
    """Return how wide a line may be."""
    return get_terminal_size((PIPED_COLUMNS, 24)).columns if sys.stdout.isatty() else PIPED_COLUMNS


def write_table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; numbers stand to the right, long texts fold."""
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - see above
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.table import Table  # noqa: PLC0415 - see above
    from rich.text import Text  # noqa: PLC0415 - see above

    listed = [list(row) for row in rows]
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for place, name in enumerate(names):
        numbers = all(isinstance(row[place], int | float | None) for row in listed)
        table.add_column(name, justify="right" if numbers else "left", overflow="fold")
    for row in listed:
        table.add_row(*(Text(cell(value)) for value in row))
    Console(width=columns(), highlight=False).print(table)


@contextmanager
def stages() -> Iterator[Stage]:
    """Show a bar on stderr for each stage of what takes its time, where somebody looks."""
    if not sys.stderr.isatty():
        yield lambda _name, _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    counts = TextColumn("{task.completed:,} of {task.total:,}")
    parts = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), counts, TimeElapsedColumn())
    with Progress(*parts, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name.capitalize(), total=total)
            bars.update(tasks[name], completed=done, total=max(1, total))

        yield show


@contextmanager
def progress(name: str) -> Iterator[Advance]:
    """Show a bar on stderr for one thing that takes its time."""
    with stages() as stage:
        yield partial(stage, name)


def cell(value: object) -> str:
    """Return a value as a person reads it."""
    match value:
        case None:
            text = ""
        case bool():
            text = "yes" if value else "no"
        case int():
            text = f"{value:,}"
        case float():
            text = f"{value:,.1f}"
        case datetime():
            text = f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        case Mapping():
            text = ", ".join(f"{name}: {cell(held)}" for name, held in value.items())
        case list() | tuple() | set():
            text = ", ".join(map(cell, value))
        case _:
            text = str(value)
    return printable(text)


def printable(text: str) -> str:
    """Return a text without what could steer a terminal."""
    return "".join(one if one.isprintable() or one == "\n" else repr(one)[1:-1] for one in text)


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its word, as in ``1 event`` and ``2,000 events``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def encoded(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Return named tuples as dicts, as a JSON document has them."""
    return [row._asdict() for row in rows]
