"""Who brought in whom: said again it is the same referral."""

from datetime import timedelta

from events.catalog.customers import ReferralMade
from projections._engine.reference import as_mappings, fold
from projections.referrals import Referrals
from tests.projections.shop import NOON, Shop


def test_the_first_time_somebody_said_so_counts() -> None:
    """With the channel of that time, whatever arrives first; another customer's word is another row."""
    early = NOON - timedelta(days=2)
    told = Shop.facts(
        (ReferralMade(referred="customer:2", channel="letter"), NOON),
        (ReferralMade(referred="customer:2", channel="voucher"), early),
    )
    other = Shop.facts((ReferralMade(referred="customer:2"), NOON), by="customer:3", first=9)

    rows = as_mappings(Referrals(), fold(Referrals(), [*told, *other]))

    assert [(row["subject"], row["first_made"], row["times_made"], row["channel"]) for row in rows] == [
        ("customer:1", early, 2, "voucher"),
        ("customer:3", NOON, 1, ""),
    ]
