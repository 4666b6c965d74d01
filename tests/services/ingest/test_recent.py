"""What was stored lately is known again."""

from services.ingest.recent import Recent, digest, hashed
from services.ingest.verdict import Outcome


def test_the_same_again_is_a_duplicate_and_other_content_a_conflict() -> None:
    """An id counts within its scope: the same one of another source is another message."""
    recent = Recent()
    key = hashed("shop", "m-1")

    recent.remember(key, digest(b"kettle"))

    assert recent.known(key, digest(b"kettle")) is Outcome.DUPLICATE
    assert recent.known(key, digest(b"teapot")) is Outcome.CONFLICT
    assert recent.known(hashed("till", "m-1"), digest(b"kettle")) is None


def test_what_is_remembered_has_a_bound() -> None:
    """At least the latest messages that it is made for are known, and no more than twice as many."""
    recent = Recent(most=100)

    for number in range(1_000):
        recent.remember(number, number)
    known = [number for number in range(1_000) if recent.known(number, number)]

    assert set(range(900, 1_000)) <= set(known)
    assert len(known) <= 200


def test_an_id_may_be_any_text() -> None:
    """Half of a surrogate pair, which JSON can write, has a hash like anything else."""
    assert hashed("shop", "\ud800") != hashed("shop", "\ud801")
