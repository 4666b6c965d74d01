"""What a test may not do: pretend to be the thing it tests, or not run."""

import ast
from collections.abc import Iterator

from tests.tidy.sources import modules, name, tree

MOCKS = {"mock", "unittest.mock", "pytest_mock", "mocker"}
EVASIONS = {"pytest.skip", "pytest.xfail", "pytest.importorskip", "pytest.mark.skip", "pytest.mark.skipif"}
EVASIONS |= {"pytest.mark.xfail", "unittest.skip", "unittest.skipIf", "unittest.skipUnless", "unittest.SkipTest"}
PATCHES = {"monkeypatch.setattr", "monkeypatch.setitem"}


def _names(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Return every name that is imported, asked for as a fixture, or reached by dots, with its line."""
    for node in ast.walk(module):
        match node:
            case ast.Import():
                yield from ((node.lineno, alias.name) for alias in node.names)
            case ast.ImportFrom():
                yield node.lineno, str(node.module)
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Attribute():
                yield node.lineno, ast.unparse(node)
            case _:
                pass


def _uses(forbidden: set[str]) -> list[str]:
    return [
        f"{name(path)}:{line}: {used}"
        for path in modules("tests")
        for line, used in _names(tree(path))
        if used in forbidden
    ]


def test_a_test_uses_the_real_thing() -> None:
    """No mocks, and nothing of ours is replaced under test; setting the environment or the folder is fine."""
    replaced = _uses(MOCKS | PATCHES)

    assert replaced == []


def test_every_test_runs() -> None:
    """A test that lacks what it needs fails and says what to install; it is never skipped or expected to fail."""
    evaded = _uses(EVASIONS)

    assert evaded == []


def test_a_test_states_its_rule() -> None:
    """Every test opens with the rule that it holds us to."""
    silent = [
        f"{name(path)}:{node.lineno}: {node.name}"
        for path in modules("tests")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]

    assert silent == []
