"""What a process that stays has to warn of: one line each on stderr, whatever the libraries below have to say.

What failed has its traceback below its line, indented: of our own code, and of what it called, without the frames of
the web server and the loop in between.
"""

import logging
import sys
from collections.abc import Iterator
from textwrap import indent
from traceback import StackSummary, TracebackException

BETWEEN = ("/starlette/", "/fastapi/", "/uvicorn/", "/anyio/", "/asyncio/", "/concurrent/futures/", "/contextlib.py")
"""Whose frames say nothing of what went wrong."""


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return the message on one line, and the traceback below it."""
        told = logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None, "stack_info": None})
        line = " ".join(super().format(told).split())
        error = record.exc_info[1] if record.exc_info else None
        return line if error is None else f"{line}\n{traceback_of(error)}"


def traceback_of(error: BaseException) -> str:
    """Return a traceback without the frames between, indented: no line of it can be taken for a line of its own."""
    told = TracebackException.from_exception(error)
    for each in _chain(told):
        kept = [frame for frame in each.stack if not any(part in frame.filename for part in BETWEEN)]
        each.stack = StackSummary.from_list(kept or each.stack)
    return indent("".join(told.format()).rstrip(), "    ", bool)


def was_told(record: logging.LogRecord) -> bool:
    """Return whether a record is of a failure that was told already, under its name (services/api/failing.py)."""
    error = record.exc_info[1] if record.exc_info else None
    return record.name.startswith("uvicorn") and bool(getattr(error, "__notes__", ()))


def tell_warnings() -> None:
    """Write warnings, and what is graver, to stderr from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(lambda record: not was_told(record))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _chain(told: TracebackException) -> Iterator[TracebackException]:
    yield told
    for other in (told.__cause__, told.__context__):
        if other is not None:
            yield from _chain(other)
