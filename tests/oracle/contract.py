"""What a valid event is: the published JSON Schemas, and the few rules that JSON Schema has no word for.

The same files are read twice. ``holds`` compiles them into plain functions, since every record of the log is asked.
``why_not`` asks the ``jsonschema`` package, which has the last word on what is refused.
"""

import json
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match
from jsonschema.validators import extend

from tests.oracle.clock import is_day, is_time
from tests.oracle.shapes import Holds, compiled

MAX_EVENT_BYTES = 256 * 1024
LONGEST_REASON_CHARACTERS = 300

FORMATS = FormatChecker(formats=())
FORMATS.checks("date-time")(lambda text: not isinstance(text, str) or is_time(text))
FORMATS.checks("date")(lambda text: not isinstance(text, str) or is_day(text))

# A whole number is written as one: JSON Schema would take 1.0 for an integer too.
Validator = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int),
)


class Contract:
    """The published schemas, by event type."""

    def __init__(self, folder: Path) -> None:
        """Read every schema of a folder that ``regulars schema --out`` wrote."""
        schemas = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.v[0-9]*.json")}
        self.holds: dict[str, Holds] = {name: compiled(schema) for name, schema in schemas.items()}
        self._validators = {name: Validator(schema, format_checker=FORMATS) for name, schema in schemas.items()}

    def why_not(self, value: bytes, document: Any) -> str:  # noqa: ANN401 - any JSON
        """Return why a record with these bytes is no event, empty if it is one."""
        if len(value) > MAX_EVENT_BYTES:
            return f"is {len(value)} bytes long"
        if not isinstance(document, dict):
            return "is no JSON object"
        if flaw := text_flaw(document):
            return flaw
        declared = document.get("type")
        if not isinstance(declared, str) or declared not in self._validators:
            return f"is of the type {str(declared)[:LONGEST_REASON_CHARACTERS]!r}, which nobody published"
        error = best_match(self._validators[declared].iter_errors(document))
        return "" if error is None else f"{error.json_path}: {error.message[:LONGEST_REASON_CHARACTERS]}"


def text_flaw(node: object) -> str:
    """Return what is wrong with a text somewhere in a document: U+0000, or half of a surrogate pair."""
    if isinstance(node, str):
        if "\0" in node:
            return "holds the character U+0000"
        return "" if node.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in node) else "is no Unicode"
    parts = [*node, *node.values()] if isinstance(node, dict) else node if isinstance(node, list) else ()
    return next((flaw for part in parts if (flaw := text_flaw(part))), "")


@cache
def published() -> Contract:
    """Return the contract as the programme under test publishes it; it is written once a process."""
    with tempfile.TemporaryDirectory() as folder:
        programme = Path(sys.executable).with_name("regulars")
        subprocess.run([programme, "schema", "--out", folder], check=True, capture_output=True)
        return Contract(Path(folder))
