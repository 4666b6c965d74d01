"""Keys: what they look like, and what is known of one that is shown."""

import hashlib
import re

import pytest

from services.ingest import keys
from services.ingest.errors import RegistryRefused


def test_a_key_of_ours_has_an_id_and_a_long_secret() -> None:
    """The id may be shown, and no two keys are alike; what is stored is the digest of all of it."""
    made = [keys.generated() for _ in range(200)]

    known = [keys.identified(key) for key in made]

    assert all(re.fullmatch(r"rgl_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}", key) for key in made)
    assert len({key[13:] for key in made}) == 200
    assert [each.id for each in known] == [key[4:12] for key in made]
    assert [each.digest for each in known] == [hashlib.sha256(key.encode()).digest() for key in made]


def test_a_key_that_is_brought_along_has_an_id_of_its_digest() -> None:
    """So nothing of the key itself is shown; half of a surrogate pair, which JSON can write, is a text like any."""
    key = "legacy-write-key-of-2014"

    assert keys.identified(key).id == "own" + hashlib.sha256(key.encode()).hexdigest()[:8]
    assert keys.identified("\ud800").id.startswith("own")


def test_a_key_of_another_installation_keeps_its_id() -> None:
    """Who moves house brings keys along that look like ours."""
    key = keys.generated()

    assert keys.identified(keys.brought(key)).id == key[4:12]


@pytest.mark.parametrize(
    "text", ["short", "x" * 15, "x" * 257, "sixteen letters: colon", "sixteen letters spaced", "Ü" * 20]
)
def test_what_no_client_could_send_is_no_key(text: str) -> None:
    """Too short to be safe, too long, or nothing that fits into the user of Basic authorization."""
    with pytest.raises(RegistryRefused, match="A key has 16 to 256 characters"):
        keys.brought(text)
