"""``regulars sources key``, ``rotate`` and ``revoke``: what a sender shows at the door."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from services.cli import points
from services.cli.files import readable
from services.cli.session import opened
from services.cli.terminal import AsJson, cell, emit, write
from services.ingest import keys, registry
from services.ingest.source import Role

Name = Annotated[str, Argument(metavar="SOURCE", help="The source's name.")]
OfRole = Annotated[
    Role,
    Option("--role", help="What it is good for: to send, to read verdicts and reports, or both and of all sources."),
]
ExpiresIn = Annotated[
    str | None, Option("--expires-in", metavar="SPAN", help="For how long it is good, such as 90d or 24h; unset, ever.")
]
OwnKey = Annotated[
    Path | None,
    Option(
        "--own-key-file",
        metavar="FILE",
        help=f"A file with a key that clients have already, of {keys.LEAST_CHARACTERS} characters or more.",
    ),
]
Overlap = Annotated[
    str, Option("--overlap", metavar="SPAN", help="For how long the old keys are still good, such as 24h or 30m.")
]
KeyId = Annotated[str, Argument(metavar="KEY_ID", help="The key's id, as 'regulars sources show' lists it.")]


def key(
    source: Name,
    *,
    role: OfRole = Role.WRITE,
    expires_in: ExpiresIn = None,
    own_key_file: OwnKey = None,
    as_json: AsJson = False,
) -> None:
    """Give a source one more key, which is shown this once; what is kept is a digest of it."""
    expires_at = None if expires_in is None else datetime.now(UTC) + points.duration(expires_in)
    own = _own(own_key_file)
    with opened() as installation, installation.connect() as connection:
        text = registry.new_key(connection, source, role, expires_at, key=own)
    _tell(source, role, text, expires_at, brought=own is not None, as_json=as_json)


def rotate(
    source: Name,
    *,
    role: OfRole = Role.WRITE,
    overlap: Overlap = "24h",
    own_key_file: OwnKey = None,
    as_json: AsJson = False,
) -> None:
    """Give a source a new key; its others of that role are good for the overlap, and expire then.

    So there is time to give the new one to every sender. With --overlap 0m the old ones open nothing from now on.
    """
    own = _own(own_key_file)
    with opened() as installation, installation.connect() as connection:
        text = registry.rotate(connection, source, role, points.duration(overlap), key=own)
    _tell(source, role, text, None, brought=own is not None, as_json=as_json)
    if not as_json:
        write(f"The {role} keys of {source} that there were before expire in {overlap}.")


def revoke(key_id: KeyId, as_json: AsJson = False) -> None:
    """Have a key open nothing any more; what serves knows of it within a second or so."""
    with opened() as installation, installation.connect() as connection:
        source, role = registry.revoke(connection, key_id)
    if as_json:
        emit({"revoked": key_id, "source": source, "role": role})
    else:
        write(f"Key {key_id}, a {role} key of {source}, is revoked.")


def write_key(text: str, role: Role) -> None:
    """Print a key, for the only time."""
    write(f"Its {role} key is shown only now; only a digest of it is kept:")
    write(f"  {text}", bold=True)


def _own(path: Path | None) -> str | None:
    return None if path is None else readable(path).read_text(encoding="utf-8", errors="replace").strip()


def _tell(source: str, role: Role, text: str, expires_at: datetime | None, *, brought: bool, as_json: bool) -> None:
    key_id = keys.identified(text).id
    if as_json:
        shown = {} if brought else {"key": text}
        emit({"source": source, "role": role, "id": key_id, "expires_at": expires_at, **shown})
        return
    write(f"{source} has a new {role} key with the id {key_id}.")
    if not brought:
        write_key(text, role)
    if expires_at is not None:
        write(f"It expires at {cell(expires_at)} UTC.")
