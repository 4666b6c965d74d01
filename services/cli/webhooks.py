"""``regulars webhooks``: who is told of what happens, by signed requests after the Standard Webhooks specification."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Exit, Option

from services.cli import points
from services.cli.exit_codes import ExitCode
from services.cli.given_secrets import given
from services.cli.session import opened
from services.cli.terminal import AsJson, cell, emit, plural, write, write_table
from services.outgoing import endpoints
from services.outgoing.delivery import announcement, message_id
from services.outgoing.endpoints import Endpoint
from services.outgoing.outcome import Outcome
from services.outgoing.posting import Poster
from services.outgoing.signing import new_secret

TEST_TYPE = "webhooks.test"

Name = Annotated[str, Argument(metavar="NAME", help="The webhook's name, such as crm.")]
Url = Annotated[str, Argument(metavar="URL", help="Where it is told, such as https://example.com/hooks.")]
Types = Annotated[
    list[str] | None,
    Option(
        "--type",
        metavar="TYPE",
        help="What it is told of, such as promise.broken, or promise.* for all that begin so; unset, everything.",
    ),
]
Inside = Annotated[
    bool, Option("--inside", help="It lies within our own network: private addresses and http:// are fine.")
]
SecretFile = Annotated[
    Path | None,
    Option("--secret-file", metavar="FILE", help="A file with a secret that it has already; - is what is piped in."),
]
Overlap = Annotated[
    str, Option("--overlap", metavar="SPAN", help="For how long the old secret signs too, such as 24h or 30m.")
]


def add(
    name: Name,
    url: Url,
    *,
    types: Types = None,
    inside: Inside = False,
    secret_file: SecretFile = None,
    as_json: AsJson = False,
) -> None:
    """Have an address told of what happens, and give it a secret, which is shown this once.

    It is told at least once, in no promised order: the header webhook-id is the same when something comes again. What
    it does not take is tried again for three days or so, and then given up; see 'regulars deliveries'.
    """
    own = given(secret_file)
    secret = own or new_secret()
    endpoint = Endpoint(name, url, list(dict.fromkeys(types or ["*"])), secret, datetime.now(UTC), inside=inside)
    with opened() as installation, installation.connect() as connection:
        endpoints.add(connection, endpoint)
    if as_json:
        emit({"webhook": name, "types": endpoint.types, **({} if own else {"secret": secret})})
        return
    write(f"{name} is told of {_types(endpoint)}.", bold=True)
    if not own:
        _write_secret(secret)


def list_webhooks(as_json: AsJson = False) -> None:
    """List who is told, of what, and how that goes. Secrets are never shown."""
    with opened() as installation, installation.connect() as connection:
        found = endpoints.endpoints(connection)
    if as_json:
        emit({"webhooks": [_document(each) for each in found]})
    elif not found:
        write("There is no webhook: 'regulars webhooks add' adds one.")
    else:
        names = ["webhook", "address", "told of", "state", "last taken at", "last error"]
        rows = [
            [each.name, each.shown_url, _types(each), _state(each), each.last_sent_at, each.last_error]
            for each in found
        ]
        write_table(names, rows)


def rotate(name: Name, *, overlap: Overlap = "24h", secret_file: SecretFile = None, as_json: AsJson = False) -> None:
    """Give a webhook a new secret, which is shown this once; for the overlap, both sign what it is told."""
    own = given(secret_file)
    with opened() as installation, installation.connect() as connection:
        secret = endpoints.rotate(connection, name, points.duration(overlap), datetime.now(UTC), own or None)
    if as_json:
        emit({"webhook": name, "overlap": overlap, **({} if own else {"secret": secret})})
        return
    write(f"{name} has a new secret; the one before signs for {overlap} more.")
    if not own:
        _write_secret(secret)


def enable(name: Name, as_json: AsJson = False) -> None:
    """Tell an address again that was switched off, since it said that it is gone; what waits for it goes out."""
    with opened() as installation, installation.connect() as connection:
        endpoints.enable(connection, name)
    _done({"webhook": name, "enabled": True}, f"{name} is told again.", as_json=as_json)


def remove(name: Name, as_json: AsJson = False) -> None:
    """Tell an address no more; what waits for it is held back."""
    with opened() as installation, installation.connect() as connection:
        held = endpoints.remove(connection, name)
    sentence = f"{name} is told no more; {plural(held, 'delivery', 'deliveries')} to it held back."
    _done({"webhook": name, "removed": True, "held": held}, sentence, as_json=as_json)


def send_test(name: Name, as_json: AsJson = False) -> None:
    """Send a signed request of type webhooks.test to an address now, and say what came of it.

    It is not kept as a delivery. The exit code is 1 where it was not taken.
    """
    now = datetime.now(UTC)
    with opened() as installation, installation.connect() as connection:
        endpoint = endpoints.endpoint_named(connection, name)
    outcome = asyncio.run(_posted(endpoint, now))
    sentence = f"{name} took it." if outcome.sent else f"{name} did not take it: {outcome.error}"
    _done({"webhook": name, "sent": outcome.sent, "error": outcome.error}, sentence, as_json=as_json)
    if not outcome.sent:
        raise Exit(ExitCode.NO)


async def _posted(endpoint: Endpoint, now: datetime) -> Outcome:
    payload = announcement(TEST_TYPE, now, {"webhook": endpoint.name})
    async with Poster() as poster:
        return await poster.post(endpoint, message_id(f"test:{endpoint.name}:{now.isoformat()}"), payload, now)


def _write_secret(secret: str) -> None:
    write("Its secret is shown only now; it checks with it that what it is told comes from here:")
    write(f"  {secret}", bold=True)


def _types(endpoint: Endpoint) -> str:
    return "everything" if "*" in endpoint.types else ", ".join(endpoint.types)


def _state(endpoint: Endpoint) -> str:
    if endpoint.disabled_at is not None:
        return f"switched off at {cell(endpoint.disabled_at)}"
    return f"{plural(endpoint.failures, 'failure')} in a row" if endpoint.failures else "well"


def _document(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "name": endpoint.name,
        "url": endpoint.shown_url,
        "types": endpoint.types,
        "inside": endpoint.inside,
        "created_at": endpoint.created_at,
        "disabled_at": endpoint.disabled_at,
        "disabled_why": endpoint.disabled_why,
        "failures": endpoint.failures,
        "last_error": endpoint.last_error,
        "last_sent_at": endpoint.last_sent_at,
    }


def _done(document: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    if as_json:
        emit(document)
    else:
        write(sentence)
