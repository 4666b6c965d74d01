"""What ``regulars sources add`` and ``change`` are told of a source, on the command line and in files."""

import sys
from pathlib import Path
from typing import Annotated

from typer import Option, prompt

from services.cli.failures import Failure
from services.cli.files import readable
from services.ingest.rates import DEFAULT_EVENTS_PER_SECOND
from services.ingest.registry import Changes
from services.ingest.translating import DEFAULT
from services.translation.loading import SHIPPED

Store = Annotated[
    str | None, Option("--store", metavar="NAME", help="The store of its events that name none; unset, web.")
]
Translation = Annotated[
    str | None,
    Option(
        "--translation",
        metavar="NAME|FILE",
        help=f"How its messages become events: {', '.join(SHIPPED)}, or a YAML file. Unset, {DEFAULT}.",
    ),
]
PlanFile = Annotated[
    Path | None, Option("--plan", metavar="FILE", help="Its tracking plan, a YAML file. Without one, all is planned.")
]
SecretFile = Annotated[
    Path | None,
    Option(
        "--secret-file", metavar="FILE", help="A file with what its webhooks are signed with; - is what is piped in."
    ),
]
AskSecret = Annotated[bool, Option("--ask-secret", help="Ask for what its webhooks are signed with.")]
Rate = Annotated[
    int | None,
    Option(
        "--events-per-second",
        min=0,
        metavar="N",
        help=f"How fast it may send; 0 is what any source may, {DEFAULT_EVENTS_PER_SECOND:,}.",
    ),
]


def said(
    store: str | None,
    translation: str | None,
    plan: Path | None,
    secret_file: Path | None,
    rate: int | None,
    *,
    ask_secret: bool,
) -> Changes:
    """Return what a command's options say of a source. Raises Failure."""
    changes: Changes = {}
    if store is not None:
        changes["store"] = store
    if translation is not None:
        changes["translation"] = translation if translation in SHIPPED else _translation_file(translation)
    if plan is not None:
        changes["plan"] = text_of(plan)
    if secret_file is not None:
        changes["secret"] = _secret(sys.stdin.read() if str(secret_file) == "-" else text_of(secret_file))
    if ask_secret:
        changes["secret"] = _secret(prompt("Secret", hide_input=True, err=True))
    if rate is not None:
        changes["events_per_second"] = rate or None
    return changes


def _translation_file(translation: str) -> str:
    path = Path(translation)
    if not path.exists():
        message = f"--translation {translation}: there is no such file, and what is shipped is {', '.join(SHIPPED)}."
        raise Failure(message)
    return text_of(path)


def _secret(text: str) -> str:
    secret = text.strip()
    if not secret:
        message = "The secret is empty."
        raise Failure(message)
    return secret


def text_of(path: Path) -> str:
    """Return what a file says. Raises Failure."""
    try:
        return readable(path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        message = f"{path} is not text in UTF-8."
    except IsADirectoryError:
        message = f"{path} is a folder."
    raise Failure(message)
