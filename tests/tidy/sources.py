"""The files that the tidy tests read: our own Python modules, and the other texts that stand beside them."""

import ast
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from tokenize import COMMENT, TokenInfo, generate_tokens

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("events", "projections", "services")
OTHER_TEXTS = ("*.sql", "*.yaml", "*.yml", "*.conf", "*.sh", "Dockerfile")
ROOT_TEXTS = (
    "Makefile",
    "docker-compose.yml",
    "pyproject.toml",
    ".dockerignore",
    ".env.example",
    ".gitignore",
    ".ci/run",
)


def modules(*folders: str) -> list[Path]:
    """Return the Python files under the folders of the checkout, in order."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def texts() -> list[Path]:
    """Return every file that people write in a formal language: the modules, SQL, YAML and the files that build."""
    folders = (*PACKAGES, "tests")
    others = [
        path for folder in (*folders, "infra") for kind in OTHER_TEXTS for path in sorted((ROOT / folder).rglob(kind))
    ]
    return [*modules(*folders), *others, *(ROOT / name for name in ROOT_TEXTS)]


def name(path: Path) -> str:
    """Return the path as it is written in an editor opened on the checkout."""
    return path.relative_to(ROOT).as_posix()


def dotted(path: Path) -> str:
    """Return the name under which a module is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def tree(path: Path) -> ast.Module:
    """Return the parsed module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=name(path))


def lines(path: Path) -> Iterator[tuple[str, str]]:
    """Return each line of a file with its place, ``file:number``."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        yield f"{name(path)}:{number}", line


def comments(path: Path) -> Iterator[tuple[str, str]]:
    """Return each comment of a module with its place, ``file:number``."""
    tokens: Iterator[TokenInfo] = generate_tokens(StringIO(path.read_text(encoding="utf-8")).readline)
    for token in tokens:
        if token.type == COMMENT:
            yield f"{name(path)}:{token.start[0]}", token.string
