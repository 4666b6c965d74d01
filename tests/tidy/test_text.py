"""What may not stand in a source: nothing is left for later, silenced without a reason, or true on one machine only."""

import ast
import re

from tests.tidy.sources import PACKAGES, comments, lines, modules, name, texts, tree

MARK = re.compile(r"\b(?:T[O]DO|F[I]XME|X[X]X|Not[I]mplementedError)\b")  # bracketed, so that this line holds none
FOREIGN_PATH = re.compile(r"\.\./|(?<![\w.])/(?:home|root|work|Users)/")
BARE_SILENCE = re.compile(r"#\s*noqa(?!: [A-Z]+\d)|#\s*type:\s*ignore(?!\[)|#\s*ruff:\s*noqa|#\s*mypy:\s*ignore-errors")


def test_a_module_says_what_it_is_for() -> None:
    """Every module opens with a docstring."""
    silent = [name(path) for path in modules(*PACKAGES, "tests") if not ast.get_docstring(tree(path))]

    assert silent == []


def test_nothing_is_left_for_later() -> None:
    """What is missing is an issue or is done; it is neither a mark in the source nor a body that raises."""
    marks = [f"{place}: {line.strip()}" for path in texts() for place, line in lines(path) if MARK.search(line)]

    assert marks == []


def test_no_source_knows_the_machine_it_was_written_on() -> None:
    """A source names no path outside the checkout: no parent folder, nobody's home."""
    named = [f"{place}: {line.strip()}" for path in texts() for place, line in lines(path) if FOREIGN_PATH.search(line)]

    assert named == []


def test_a_silenced_check_is_named() -> None:
    """A ``noqa`` or a ``type: ignore`` carries the code that it silences, and none silences a whole file."""
    bare = [
        f"{place}: {comment}"
        for path in modules(*PACKAGES, "tests")
        for place, comment in comments(path)
        if BARE_SILENCE.search(comment)
    ]

    assert bare == []
