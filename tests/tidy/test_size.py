"""How long a module and a function may grow. What grows beyond holds two ideas."""

import ast

from tests.tidy.sources import PACKAGES, modules, name, tree

MAX_MODULE_LINES = 250
MAX_FUNCTION_LINES = 70


def test_a_module_holds_one_idea() -> None:
    """A module has 250 lines or fewer."""
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules(*PACKAGES, "tests")}

    too_long = {module: length for module, length in lengths.items() if length > MAX_MODULE_LINES}

    assert too_long == {}


def test_a_function_fits_a_screen() -> None:
    """A function has 70 lines or fewer, its signature and docstring included."""
    lengths = {
        f"{name(path)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in modules(*PACKAGES, "tests")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    too_long = {function: length for function, length in lengths.items() if length > MAX_FUNCTION_LINES}

    assert too_long == {}
