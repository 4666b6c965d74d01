"""``regulars sources key``, ``rotate`` and ``revoke``: a key is printed once, and what it opens can be ended."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.ingest import keys, registry
from services.ingest.registry import KeyInfo
from services.installation import Connection
from tests.conftest import Connect
from tests.services.cli.conftest import Regulars
from tests.services.ingest.showing_keys import authenticated

OWN = "legacy-write-key-of-2014"
SLACK = timedelta(minutes=1)


@pytest.fixture
def connection(connect: Connect) -> Connection:
    """Return a connection to a registry with one source."""
    opened = connect()
    registry.add(opened, "shop")
    return opened


def held(connection: Connection) -> list[KeyInfo]:
    """Return the keys of the source."""
    return registry.sources(connection)[0].keys


def test_a_key_is_printed_once_with_its_role(regulars: Regulars, connection: Connection) -> None:
    """As text or in the document, and it opens the door for that role."""
    shown = regulars("sources", "key", "shop", "--role", "read")
    document = regulars("sources", "key", "shop", "--role", "admin", "--json").document

    first, sentence, key = shown.out.splitlines()
    assert first == f"shop has a new read key with the id {key.strip()[4:12]}."
    assert sentence == "Its read key is shown only now; only a digest of it is kept:"
    assert authenticated(connection, key.strip()) == ("shop", "read")
    assert authenticated(connection, document["key"]) == ("shop", "admin")
    assert document["id"] == document["key"][4:12]


def test_a_key_can_be_good_for_a_while(regulars: Regulars, connection: Connection) -> None:
    """Days, hours or minutes; anything else is no time span."""
    ran = regulars("sources", "key", "shop", "--expires-in", "90d")
    bad = regulars("sources", "key", "shop", "--expires-in", "soon")

    (key,) = held(connection)
    assert key.expires_at is not None
    assert abs(key.expires_at - datetime.now(UTC) - timedelta(days=90)) < SLACK
    assert ran.out.splitlines()[-1] == f"It expires at {key.expires_at:%Y-%m-%d %H:%M:%S} UTC."
    assert bad.exit_code == 2
    assert bad.err.startswith("regulars: 'soon' is no time span: write a number of days, hours or minutes")


def test_a_key_that_clients_have_already_is_not_printed(
    regulars: Regulars, connection: Connection, tmp_path: Path
) -> None:
    """It comes in a file, is kept as a digest like any, and one that is too short is refused."""
    file, short = tmp_path / "key", tmp_path / "short"
    file.write_text(f"{OWN}\n")
    short.write_text("abc")

    ran = regulars("sources", "key", "shop", "--own-key-file", str(file))
    document = regulars("sources", "rotate", "shop", "--own-key-file", str(file), "--json")

    assert ran.out == f"shop has a new write key with the id {keys.identified(OWN).id}.\n"
    assert authenticated(connection, OWN) == ("shop", "write")
    assert document.exit_code == 2
    assert regulars("sources", "key", "shop", "--own-key-file", str(short)).err.startswith("regulars: A key has 16 to")
    assert len(held(connection)) == 1


def test_a_rotation_gives_time_to_change_over(regulars: Regulars, connection: Connection) -> None:
    """The old key is good for the overlap, or for nothing any more; another role's is not touched."""
    old = regulars("sources", "key", "shop", "--json").document["key"]
    reading = regulars("sources", "key", "shop", "--role", "read", "--json").document["key"]

    ran = regulars("sources", "rotate", "shop")
    (expires_at,) = (key.expires_at for key in held(connection) if key.id == old[4:12])
    both = [authenticated(connection, key) for key in (old, ran.out.splitlines()[2].strip())]
    newest = regulars("sources", "rotate", "shop", "--overlap", "0m", "--json").document["key"]

    assert ran.out.splitlines()[-1] == "The write keys of shop that there were before expire in 24h."
    assert expires_at is not None
    assert abs(expires_at - datetime.now(UTC) - timedelta(hours=24)) < SLACK
    assert both == [("shop", "write")] * 2
    assert [authenticated(connection, key) for key in (old, newest, reading)] == [
        None, ("shop", "write"), ("shop", "read"),
    ]  # fmt: skip


def test_a_revoked_key_opens_nothing(regulars: Regulars, connection: Connection) -> None:
    """It is named by its id; doing it again is fine, and an id that there is not is a no."""
    key = regulars("sources", "key", "shop", "--json").document["key"]

    ran = regulars("sources", "revoke", key[4:12])
    again = regulars("sources", "revoke", key[4:12], "--json")
    unknown = regulars("sources", "revoke", "nobodys")

    assert ran.out == f"Key {key[4:12]}, a write key of shop, is revoked.\n"
    assert again.document == {"revoked": key[4:12], "source": "shop", "role": "write"}
    assert authenticated(connection, key) is None
    assert (unknown.exit_code, unknown.err[:54]) == (1, "regulars: There is no key with the id 'nobodys': 'regu")


@pytest.mark.parametrize("command", ["key", "rotate"])
def test_a_source_that_is_not_registered_gets_no_key(regulars: Regulars, command: str) -> None:
    """The answer is no."""
    assert regulars("sources", command, "nobody").exit_code == 1
