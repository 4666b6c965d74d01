"""The rules of the house: the version that was published last holds, by a clock."""

from datetime import timedelta

from events.catalog.operations import PolicyPublished
from projections.policies import holding, versions
from tests.projections.shop import NOON, Shop


def test_the_version_that_was_published_last_holds_by_the_clock(shop: Shop) -> None:
    """Others wait for their time; one that is published again says what it says now, as a whole."""
    for days, version, content in ((0, "1", {"hours": "24", "b": "ü"}), (2, "2", {"hours": "12"}), (4, "1", {"a": ""})):
        policy = PolicyPublished(policy="promise", version=version, content=content, by="staff:ann")
        shop.tell(policy, by="policy:promise", time=NOON + timedelta(days=days))
    shop.tell(PolicyPublished(policy="gestures", version="1"), by="policy:gestures")
    connection = shop.catch_up()

    def held(days: int) -> list[tuple[str, str, dict[str, str]]]:
        rows = holding(connection, "promise", NOON + timedelta(days=days))
        return [(row["policy"], row["policy_version"], row["content"]) for row in rows]

    assert held(3) == [("promise", "2", {"hours": "12"})]
    assert held(4) == [("promise", "1", {"a": ""})]
    assert held(-1) == []
    told = [
        (row["policy_version"], row["first_published"], row["publisher"]) for row in versions(connection, "promise")
    ]
    assert told == [("2", NOON + timedelta(days=2), "staff:ann"), ("1", NOON, "staff:ann")]
    assert [row["policy"] for row in holding(connection, "", NOON + timedelta(days=9))] == ["gestures", "promise"]
