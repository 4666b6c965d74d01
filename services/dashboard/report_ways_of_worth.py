"""Ways to the events of what customers are worth; see ``report_way``."""

from services.dashboard.report_way import ReportWays

OF_A_STORE = {
    "net_minor": "revenue currency=@currency store=@store",
    "gross_minor": "orders store=@store currency=@currency",
    "orders": "orders store=@store",
    "customers": "orders store=@store",
    "regulars": "orders store=@store",
    "returns": "returns store=@store",
    "searches": "searches store=@store",
    "in_vain_share": "searches_in_vain store=@store",
    "returned_share": "returns store=@store",
    "complaints": "complaints store=@store",
    "complaints_per_100_orders": "complaints store=@store",
    "kept_share": "complaints store=@store",
}
"""What is told of a store in a row of its own, in whichever report."""

WORTH: dict[str, ReportWays] = {
    "concentration": ReportWays(
        "revenue currency=@currency",
        {"gross_revenue_minor": "orders currency=@currency"},
        {
            "deciles": {"net_minor": "revenue currency=@currency"},
            "best": {
                "net_minor": "revenue subject=@person currency=@currency",
                "gross_minor": "orders subject=@person",
                "orders": "orders subject=@person",
            },
            "stores": OF_A_STORE,
        },
    ),
    "dial": ReportWays(
        "revenue currency=@currency",
        {},
        {
            "loudest": {"dial": "why figure=dial of=@currency subject=@person"},
            "distribution": {"customers": "orders"},
            "stores": {"customers": "orders store=@store"},
            "up": {"dial": "why figure=dial of=@currency subject=@person"},
            "down": {"dial": "why figure=dial of=@currency subject=@person"},
        },
    ),
    "share_of_customer": ReportWays(
        "revenue currency=@currency",
        {"customers_who_stated": "wallets", "wallet_minor": "wallets"},
        {
            "bases": {"customers": "orders", "year_minor": "revenue currency=@currency"},
            "gaps": {"year_minor": "revenue subject=@person", "stated_minor": "wallets subject=@person"},
            "elsewhere": {"customers": "orders"},
        },
    ),
    "segments": ReportWays(
        "revenue currency=@currency",
        {"customers": "registrations"},
        {
            "segments": {"net_minor": "revenue currency=@currency"},
            "grid": {"net_minor": "revenue currency=@currency"},
            "overlap": {"rest": "orders"},
            "sizes": {"customers": "orders"},
        },
    ),
    "retention": ReportWays(
        "orders",
        {"referrers": "referrals", "brought_in": "referrals", "brought_in_ordering": "referrals"},
        {
            "cohorts": {"customers": "orders month=@cohort"},
            "curve": {"ordering": "orders"},
            "alive": {"customers": "orders", "net_minor": "revenue currency=@currency"},
            "at_risk": {"net_12_months_minor": "revenue subject=@person"},
            "win_backs": {"net_minor": "revenue subject=@person"},
            "referrers": {"brought_in": "referrals subject=@person"},
        },
    ),
    "store": ReportWays(
        "orders",
        {
            "net_minor": "revenue currency=@currency",
            "gross_minor": "orders currency=@currency",
            "orders": "orders",
            "customers": "orders",
            "regulars": "orders",
            "returns": "returns",
            "searches": "searches",
            "in_vain_share": "searches_in_vain",
            "returned_share": "returns",
            "complaints": "complaints",
            "complaints_per_100_orders": "complaints",
            "kept_share": "complaints",
            "regulars_revenue_share": "revenue currency=@currency",
            "revenue_share": "revenue currency=@currency",
        },
        {
            "stores": OF_A_STORE,
            "regulars": {"orders": "orders subject=@person", "net_minor": "revenue subject=@person"},
            "wishes": {"without_result": "searches_in_vain about=@query"},
            "pairs": {"both_customers": "orders product=@product"},
        },
    ),
}
"""By the report's name."""
