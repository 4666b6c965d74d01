"""``regulars channels``: by which ways staff and customers are written to."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from typer import Argument, Exit, Option

from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.given_secrets import given
from services.cli.session import opened
from services.cli.terminal import AsJson, emit, plural, write, write_table
from services.outgoing import channels
from services.outgoing.channels import EMAIL, PLACE, Channel, is_address

Name = Annotated[str, Argument(metavar="NAME", help="The channel's name, such as mail.")]
To = Annotated[Literal["staff", "customer"], Option("--audience", help="Who is written to by it.")]
Kind = Annotated[
    str, Option("--kind", metavar="KIND", help="What it is, as consents name their channels: email, slack and so on.")
]
UrlFile = Annotated[
    Path | None,
    Option(
        "--url-file",
        metavar="FILE",
        help=f"A file with its Apprise URL, {PLACE} where the recipient's address goes; - is what is piped in.",
    ),
]
AskUrl = Annotated[bool, Option("--ask-url", help="Ask for its Apprise URL.")]
Address = Annotated[
    str, Option("--to", metavar="ADDRESS", help="The e-mail address to write to, where the channel needs one.")
]


def add(
    name: Name,
    *,
    audience: To,
    kind: Kind = EMAIL,
    url_file: UrlFile = None,
    ask_url: AskUrl = False,
    as_json: AsJson = False,
) -> None:
    """Add a way to write to staff or to customers, by an Apprise URL: https://appriseit.com/services lists them.

    For mail it is such as mailtos://user:password@smtp.example.com?from=shop@example.com&to={address}. It holds
    passwords, so it is never given on the command line. Customers are written to by e-mail alone.
    """
    url = given(url_file, ask=ask_url, what="URL")
    if not url:
        message = "Say the channel's URL: with --url-file FILE, or --ask-url."
        raise Failure(message)
    with opened() as installation, installation.connect() as connection:
        channels.add(connection, Channel(name, kind, audience, url, datetime.now(UTC)))
    if as_json:
        emit({"channel": name, "audience": audience, "kind": kind})
    else:
        write(f"{name} is a channel of kind {kind} for {_people(audience)}.")


def list_channels(as_json: AsJson = False) -> None:
    """List the channels. Their URLs are never shown."""
    with opened() as installation, installation.connect() as connection:
        found = channels.channels(connection)
    if as_json:
        shown = ("name", "audience", "kind", "addressed", "created_at")
        emit({"channels": [{name: getattr(each, name) for name in shown} for each in found]})
    elif not found:
        write("There is no channel: 'regulars channels add' adds one.")
    else:
        rows = [[each.name, _people(each.audience), each.kind, each.addressed, each.created_at] for each in found]
        write_table(["channel", "for", "kind", "by address", "added at"], rows)


def remove(name: Name, as_json: AsJson = False) -> None:
    """Write to nobody by a channel any more; what waits for it is held back."""
    with opened() as installation, installation.connect() as connection:
        held = channels.remove(connection, name)
    if as_json:
        emit({"channel": name, "removed": True, "held": held})
    else:
        write(f"{name} is removed; {plural(held, 'message')} held back.")


def send_test(name: Name, *, to: Address = "", as_json: AsJson = False) -> None:
    """Write a message by a channel now, and say what came of it; the exit code is 1 where it was not taken."""
    from services.outgoing.messaging import send  # noqa: PLC0415 - its plugins take a second to load

    with opened() as installation, installation.connect() as connection:
        channel = channels.channel_named(connection, name)
    if channel.addressed and not is_address(to):
        message = f"{name} needs the address to write to: say it with --to."
        raise Failure(message)
    outcome = send(channel.url_to(to), "Regulars: a test", f"This came by the channel {name}. It works.")
    if as_json:
        emit({"channel": name, "sent": outcome.sent, "error": outcome.error})
    else:
        write(f"{name} took it." if outcome.sent else f"{name} did not take it: {outcome.error}")
    if not outcome.sent:
        raise Exit(ExitCode.NO)


def _people(audience: str) -> str:
    return "customers" if audience == "customer" else "the staff"
