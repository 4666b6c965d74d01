"""The duplicate rule, on its own: a function of the log alone."""

from tests.oracle.duplicates import Duplicates, Repeat


def told(*records: tuple[int, int, str, int], window: int = 10) -> list[Repeat | None]:
    """Return what becomes of records: partition, offset, id and a hash of the bytes."""
    duplicates = Duplicates(window)
    return [duplicates.see(*record) for record in records]


def test_an_id_counts_once_within_the_window() -> None:
    """At a distance of the window it is still known, one further it counts again."""
    assert told((0, 0, "e", 1), (0, 10, "e", 1)) == [None, Repeat.DUPLICATE]
    assert told((0, 0, "e", 1), (0, 11, "e", 1)) == [None, None]


def test_what_was_dropped_is_seen_all_the_same() -> None:
    """A source that sends again and again never gets its event counted twice."""
    offsets = (0, 8, 16, 24, 35)

    assert told(*((0, offset, "e", 1) for offset in offsets)) == [None, *[Repeat.DUPLICATE] * 3, None]


def test_another_body_is_a_conflict() -> None:
    """Unless one of those before it in the window has the same bytes."""
    assert told((0, 0, "e", 1), (0, 1, "e", 2), (0, 2, "e", 2), (0, 11, "e", 1), (0, 12, "e", 3)) == [
        None,
        Repeat.CONFLICT,
        Repeat.DUPLICATE,
        Repeat.CONFLICT,
        Repeat.CONFLICT,
    ]


def test_each_partition_is_its_own() -> None:
    """The rule looks at one partition, since no pump sees them all."""
    assert told((0, 0, "e", 1), (1, 0, "e", 1), (0, 1, "f", 1)) == [None, None, None]
