"""The registry: sources and keys as they are stored, and as a process that serves has them in memory."""

import time
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from services.ingest import keys, registry
from services.ingest.errors import NotRegistered, RegistryRefused
from services.ingest.registry import Changes, Directory
from services.ingest.source import Role, Source
from services.installation import Connection
from tests.conftest import Connect

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
PLAN = "types: {regulars.visit.page_viewed.v1: any}"
OWN = "legacy-write-key-of-2014"
SIGNED_WITH = "s3 §"
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"


@pytest.fixture
def connection(connect: Connect) -> Connection:
    """Return a connection to a registry with one source, which has no key."""
    opened = connect()
    registry.add(opened, "shop")
    return opened


def directory(connection: Connection) -> Directory:
    """Return the registry in memory, as it is now."""
    fresh = Directory()
    fresh.refresh(connection)
    return fresh


def opens(connection: Connection, key: str, at: datetime = NOW) -> bool:
    """Return whether a key opens the door at a moment, for a process that reads the registry now."""
    return directory(connection).authenticate(key, at) is not None


def test_a_source_is_found_as_it_was_registered(connection: Connection) -> None:
    """In the table and in memory; what is not said is the default."""
    said = Changes(store="oxford", translation="segment", plan=PLAN, secret=SIGNED_WITH, events_per_second=5)
    registry.add(connection, "till", **said)
    till = Source("till", **said)

    assert [each.source for each in registry.sources(connection)] == [Source("shop"), till]
    assert registry.source_named(connection, "till") == till
    assert directory(connection).source("till") == till
    assert directory(connection).source("nobody") is None


def test_a_name_is_registered_once(connection: Connection) -> None:
    """The second time is refused, and changes nothing."""
    with pytest.raises(RegistryRefused, match="There is a source shop already"):
        registry.add(connection, "shop", store="oxford")

    assert registry.source_named(connection, "shop") == Source("shop")


def test_what_is_changed_is_changed_alone(connection: Connection) -> None:
    """The rest of the source stays; a rate of None is the default again."""
    registry.change(connection, "shop", store="oxford", events_per_second=7)

    changed = registry.change(connection, "shop", plan=PLAN, events_per_second=None)

    (held,) = registry.sources(connection)
    assert changed == held.source == Source("shop", store="oxford", plan=PLAN)
    assert held.changed_at > held.created_at


def test_two_changes_at_once_are_both_made(connect: Connect, connection: Connection) -> None:
    """Whoever comes second begins with what the first one left."""
    other = connect()
    second = Thread(target=lambda: registry.change(other, "shop", plan=PLAN))

    with connection.transaction():
        registry.change(connection, "shop", store="oxford")
        second.start()
        while connection.execute(WAITING).fetchall() == [(0,)]:
            time.sleep(0.01)
    second.join()

    assert registry.source_named(connection, "shop") == Source("shop", store="oxford", plan=PLAN)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"store": ""}, "store: it has 0 characters"),
        ({"store": "s" * 129}, "store: it has 129 characters"),
        ({"secret": "a\0b"}, "secret: it holds a character"),
        ({"store": "\ud800"}, "store: it holds a character"),
        ({"events_per_second": 0}, "events per second: 0"),
        ({"plan": "types: {regulars.visit.page_vewed.v1: any}"}, "did you mean regulars.visit.page_viewed.v1"),
        ({"translation": "name: nonsense"}, "translation of shop: "),
    ],
)
def test_what_could_not_be_served_is_refused(connection: Connection, said: dict[str, str], sentence: str) -> None:
    """Before it is stored, with a sentence that says what is wrong: nobody finds out while messages come in."""
    with pytest.raises(RegistryRefused, match=sentence):
        registry.change(connection, "shop", **said)  # type: ignore[arg-type]

    assert registry.source_named(connection, "shop") == Source("shop")


@pytest.mark.parametrize("name", ["", "Shop", "-shop", "shop\n", "s" * 49, "a:b", "café", "a\0b"])
def test_a_name_is_part_of_ids_and_so_is_plain(connection: Connection, name: str) -> None:
    """Small letters, digits and three signs, 48 at most: also a line break at the end is none of them."""
    with pytest.raises(RegistryRefused, match="is no name of a source"):
        registry.add(connection, name)


def test_a_key_is_known_in_memory_and_nowhere_else(connection: Connection) -> None:
    """It says whose it is and what it is good for; the table has nothing from which it could be made."""
    key = registry.new_key(connection, "shop", Role.READ)

    found = directory(connection).authenticate(key, NOW)

    (row,) = connection.execute("SELECT k::text FROM ingest.key AS k").fetchall()
    assert found == (Source("shop"), Role.READ, key[4:12])
    assert key[13:] not in row[0]


def test_another_key_under_a_known_id_opens_nothing(connection: Connection) -> None:
    """The id is no secret; what follows it is, down to its last character."""
    key = registry.new_key(connection, "shop", Role.WRITE)
    last = "A" if key[-1] != "A" else "B"

    assert opens(connection, key)
    for other in (key[:-1] + last, key[:-1], key + "A", key[4:12], "", keys.generated(), "\ud800", "rgl_" + key[4:13]):
        assert not opens(connection, other)


def test_a_key_can_be_brought_along(connection: Connection) -> None:
    """Legacy clients send what they always sent. No two sources may have the same."""
    registry.add(connection, "till")

    returned = registry.new_key(connection, "shop", Role.WRITE, key=OWN)

    found = directory(connection).authenticate(OWN, NOW)
    assert returned == OWN
    assert found is not None
    assert (found.source.name, found.key_id) == ("shop", keys.identified(OWN).id)
    with pytest.raises(RegistryRefused, match="registered already"):
        registry.new_key(connection, "till", Role.WRITE, key=OWN)
    with pytest.raises(RegistryRefused, match="16 to 256"):
        registry.new_key(connection, "shop", Role.WRITE, key="short")


def test_a_key_expires_when_it_was_said(connection: Connection) -> None:
    """To the microsecond, by the clock of whoever asks."""
    key = registry.new_key(connection, "shop", Role.WRITE, NOW + HOUR)

    assert opens(connection, key, NOW + HOUR - timedelta(microseconds=1))
    assert not opens(connection, key, NOW + HOUR)


def test_a_rotation_leaves_the_old_keys_of_the_role_an_overlap(connection: Connection) -> None:
    """Other roles' keys stay, a key that expires sooner still does, and what was over stays as it was."""
    old, reading = (registry.new_key(connection, "shop", role) for role in (Role.WRITE, Role.READ))
    sooner = registry.new_key(connection, "shop", Role.WRITE, NOW + HOUR / 2)
    over = registry.new_key(connection, "shop", Role.WRITE, NOW - HOUR)
    begun = datetime.now(UTC)

    new = registry.rotate(connection, "shop", Role.WRITE, HOUR)

    expiring = {key.id: key.expires_at for key in registry.sources(connection)[0].keys}
    held = expiring[old[4:12]]
    assert held is not None
    assert timedelta(0) <= held - begun - HOUR < timedelta(seconds=30)
    assert (expiring[sooner[4:12]], expiring[over[4:12]]) == (NOW + HOUR / 2, NOW - HOUR)
    assert expiring[reading[4:12]] is None
    assert [opens(connection, key) for key in (old, sooner, over, reading, new)] == [True, True, False, True, True]
    assert [opens(connection, key, NOW + 2 * HOUR) for key in (old, reading, new)] == [False, True, True]


def test_a_rotation_that_is_refused_leaves_the_old_keys_alone(connection: Connection) -> None:
    """The new key and the end of the old ones are one change."""
    old = registry.new_key(connection, "shop", Role.WRITE)

    with pytest.raises(RegistryRefused):
        registry.rotate(connection, "shop", Role.WRITE, timedelta(0), key="short")

    assert opens(connection, old, NOW + HOUR)


def test_a_revoked_key_opens_nothing_once_the_registry_is_read(connection: Connection) -> None:
    """Until then a process takes it; the one that was not revoked stays good."""
    key, other = (registry.new_key(connection, "shop", Role.WRITE) for _ in range(2))
    serving = directory(connection)

    whose = registry.revoke(connection, key[4:12])

    assert whose == ("shop", Role.WRITE)
    assert serving.authenticate(key, NOW) is not None
    serving.refresh(connection)
    assert serving.authenticate(key, NOW) is None
    assert serving.authenticate(other, NOW) is not None


def test_what_is_not_there_is_said_so(connection: Connection) -> None:
    """An unknown source, or an unknown key's id, whatever characters it has."""
    for name in ("nobody", "a\0b", "\ud800"):
        with pytest.raises(NotRegistered):
            registry.change(connection, name, store="x")
        with pytest.raises(NotRegistered):
            registry.new_key(connection, name, Role.WRITE)
        with pytest.raises(NotRegistered):
            registry.rotate(connection, name, Role.WRITE, HOUR)
        with pytest.raises(NotRegistered):
            registry.revoke(connection, name)


def test_a_key_is_found_quickly(connection: Connection) -> None:
    """It is asked for with every request: thousands of times a second, with thousands of keys."""
    made = [registry.new_key(connection, "shop", Role.WRITE) for _ in range(200)]
    serving = directory(connection)
    begun = time.thread_time()

    found = [serving.authenticate(key, NOW) for key in made * 25]

    assert None not in found
    assert time.thread_time() - begun < 1.0  # 5,000 of them; it takes some 0.02 s
