"""``regulars sources``: registering, listing, showing and changing who may send; a secret is never shown."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services.ingest import registry, tallies, verdicts
from services.ingest.source import Role, Source
from services.installation import Connection
from tests.conftest import Connect
from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import Ran
from tests.services.ingest.refusals import refused
from tests.services.ingest.showing_keys import authenticated

PLAN = "types: {regulars.visit.page_viewed.v1: any}\n"
SECRET = "whsec_not-to-be-seen"  # noqa: S105 - of nobody
NAMES_ONE = "regulars: There is no source 'nobody': 'regulars sources list' shows what there is.\n"


@pytest.fixture
def connection(connect: Connect) -> Connection:
    """Return a connection to the registry."""
    return connect()


def test_a_source_is_registered_with_a_key(regulars: Regulars, connection: Connection) -> None:
    """The key is on a line of its own, with a sentence that it is shown only now; and it opens the door."""
    ran = regulars("sources", "add", "shop")

    *lines, key = ran.out.splitlines()
    assert ran.exit_code == 0
    assert lines == ["shop is registered.", "Its write key is shown only now; only a digest of it is kept:"]
    assert authenticated(connection, key.strip()) == ("shop", Role.WRITE)


def test_all_that_a_source_is_can_be_given(regulars: Regulars, connection: Connection, tmp_path: Path) -> None:
    """A plan and a secret come in files, and so may a translation."""
    plan, secret, translation = (tmp_path / name for name in ("plan.yaml", "secret", "own.yaml"))
    plan.write_text(PLAN)
    secret.write_text(f"{SECRET}\n")
    translation.write_text("name: own\nsubject: subject('customer', id)\ntime: at\nevents: []\n")

    files = ("--plan", str(plan), "--secret-file", str(secret))
    plain = ("--store", "oxford", "--translation", "zendesk", "--events-per-second", "50")
    shipped = regulars("sources", "add", "desk", *plain, *files, "--no-key", "--json")
    missing = regulars("sources", "add", "till", "--translation", "till.yaml")
    bad = regulars("sources", "add", "till", "--translation", str(translation))

    assert shipped.document == {"source": "desk", "key": None, "role": None}
    assert registry.source_named(connection, "desk") == Source("desk", "oxford", "zendesk", PLAN, SECRET, 50)
    assert missing.exit_code == bad.exit_code == 2
    assert missing.err.startswith(
        "regulars: --translation till.yaml: there is no such file, and what is shipped is seg"
    )
    assert bad.err.startswith("regulars: translation of till: ")
    assert registry.source_named(connection, "till") is None


def test_a_secret_can_be_piped_in_or_asked_for(regulars: Regulars, connection: Connection, tmp_path: Path) -> None:
    """On no command line, where others could read it; an empty one is none."""
    regulars("sources", "add", "piped", "--no-key", "--secret-file", "-", piped=f"{SECRET}\n")
    empty = tmp_path / "empty"
    empty.touch()

    ran = regulars("sources", "change", "piped", "--secret-file", str(empty))

    assert (ran.exit_code, ran.err) == (2, "regulars: The secret is empty.\n")
    assert registry.source_named(connection, "piped") == Source("piped", secret=SECRET)


def test_a_source_is_changed_in_what_is_said_alone(regulars: Regulars, connection: Connection) -> None:
    """A rate of 0 is the default again; without anything to change there is nothing to do."""
    regulars("sources", "add", "shop", "--store", "oxford", "--events-per-second", "50")

    changed = regulars("sources", "change", "shop", "--translation", "stripe", "--events-per-second", "0", "--json")
    nothing = regulars("sources", "change", "shop")

    assert changed.document == {"source": "shop", "changed": ["events_per_second", "translation"]}
    assert registry.source_named(connection, "shop") == Source("shop", store="oxford", translation="stripe")
    assert (nothing.exit_code, nothing.err[:37]) == (2, "regulars: There is nothing to change:")
    assert regulars("sources", "change", "nobody", "--store", "x")[::2] == (1, NAMES_ONE)


def test_what_is_refused_is_said_in_a_sentence(regulars: Regulars) -> None:
    """A name that is no name, or that is taken."""
    regulars("sources", "add", "shop")

    assert regulars("sources", "add", "Shop").err.startswith("regulars: name: 'Shop' is no name of a source: write ")
    assert regulars("sources", "add", "shop")[::2] == (
        2, "regulars: There is a source shop already: 'regulars sources change' changes it.\n",
    )  # fmt: skip


def seen(regulars: Regulars, *arguments: str) -> Ran:
    """Return what a command shows, in which there is neither a secret nor a key."""
    ran = regulars("sources", *arguments)
    assert ran.exit_code == 0
    assert SECRET not in ran.out
    assert "rgl_" not in ran.out
    return ran


def test_the_sources_are_listed_with_their_good_keys(regulars: Regulars, connection: Connection) -> None:
    """At a hundred columns; without any there is a hint."""
    none = seen(regulars, "list")
    registry.add(connection, "shop", plan=PLAN, secret=SECRET)
    registry.add(connection, "till", store="oxford", translation="stripe", events_per_second=7)
    for role in (Role.WRITE, Role.WRITE, Role.ADMIN):
        registry.new_key(connection, "shop", role)
    registry.new_key(connection, "till", Role.WRITE, datetime(2026, 1, 1, tzinfo=UTC))

    listed, document = seen(regulars, "list"), seen(regulars, "list", "--json").document

    shop, till = listed.out.splitlines()[2:4]
    assert none.out == "There is no source: 'regulars sources add' registers one.\n"
    assert shop.split()[:4] == ["shop", "web", "segment", "yes"]
    assert "2 write, 1 admin" in shop
    assert till.split()[:6] == ["till", "oxford", "stripe", "none", "7", "none"]
    assert max(map(len, listed.out.splitlines())) <= 100
    assert [(each["name"], each["has_secret"], len(each["keys"])) for each in document["sources"]] == [
        ("shop", True, 3),
        ("till", False, 1),
    ]


def test_a_source_is_shown_whole(regulars: Regulars, connection: Connection) -> None:
    """How it is treated, which keys it has and had, and what came of what it sent."""
    registry.add(connection, "shop", plan=PLAN, secret=SECRET)
    good, revoked = (registry.new_key(connection, "shop", Role.READ)[4:12] for _ in range(2))
    registry.revoke(connection, revoked)
    tallies.add(connection, {("shop", date(2026, 3, day), "", "stored"): 1_000 for day in (1, 2)}, {})
    verdicts.store(connection, [refused()])

    shown, document = seen(regulars, "show", "shop"), seen(regulars, "show", "shop", "--json").document

    assert "translation  segment\n" in shown.out
    assert "secret       kept, and never shown\n" in shown.out
    assert "messages     stored: 2,000\n" in shown.out
    assert "turned away  1 message: see regulars deadletters list\n" in shown.out
    lines = {line.split()[0]: line for line in shown.out.splitlines() if "read" in line}
    assert (" good " in lines[good], "revoked at" in lines[revoked]) == (True, True)
    assert {key["id"]: key["good"] for key in document["keys"]} == {good: True, revoked: False}
    assert (document["messages"], document["turned_away"], document["plan"]) == ({"stored": 2_000}, 1, PLAN)
    assert regulars("sources", "show", "nobody")[::2] == (1, NAMES_ONE)
