"""Ways to the events of what customers want and say; see ``report_way``."""

from services.dashboard.report_way import ReportWays

WISHES: dict[str, ReportWays] = {
    "unmet_demand": ReportWays(
        "searches_in_vain",
        {},
        {
            "wishes": {"without_result": "searches_in_vain about=@query", "askers": "searches_in_vain about=@query"},
            "askers": {"without_result": "searches_in_vain subject=@person about=@about"},
            "nearest": {"likeness": "searches_in_vain about=@query"},
            "families": {"without_result": "searches_in_vain about=@wish"},
            "now_carried": {"people": "searches_in_vain about=@query"},
        },
    ),
    "associations": ReportWays(
        "baskets",
        {"too_large": "orders"},
        {
            "pairs": {
                "both_baskets": "baskets product=@product other=@other",
                "product_baskets": "baskets product=@product",
                "other_baskets": "baskets product=@other",
            },
            "over_time": {"both_customers": "orders product=@product", "other_customers": "orders product=@other"},
            "rules": {
                "both_baskets": "baskets product=@consequent other=@antecedent",
                "antecedent_baskets": "baskets other=@antecedent",
                "consequent_baskets": "baskets product=@consequent",
            },
        },
    ),
    "preferences": ReportWays(
        "tastes",
        {
            "birthdays": "birthdays",
            "birthdays_soon": "birthdays",
            "birthdays_of_no_day": "birthdays",
            "customers_with_a_band": "orders",
        },
        {
            "likes": {"customers": "tastes about=@topic"},
            "dislikes": {"customers": "tastes about=@topic"},
            "needs": {"customers": "needs about=@need"},
            "changed_their_mind": {"times": "tastes subject=@person"},
            "birthdays_soon": {"turning": "birthdays subject=@person"},
            "birthdays_of_no_day": {"*": "birthdays subject=@person"},
            "bands": {"customers": "orders"},
            "categories": {"customers": "orders", "times_bought": "orders"},
            "favourites": {"customers": "orders product=@product", "times_bought": "orders product=@product"},
            "by_weekday": {"orders": "orders"},
            "by_hour": {"orders": "orders"},
            "by_channel": {"orders": "orders channel=@channel"},
        },
    ),
    "next_offer": ReportWays(
        "offers",
        {"shown": "offers_shown", "taken": "offers_taken", "refused": "offers_refused"},
        {
            "answers": {"shown": "offers_shown about=@reason", "taken": "offers_taken", "refused": "offers_refused"},
        },
    ),
    "voice": ReportWays(
        "suggestions",
        {
            "votes": "votes",
            "voters": "votes",
            "stray_votes": "votes",
            "ratings": "ratings",
            "mean": "ratings",
            "raters": "ratings",
            "satisfied_share": "ratings",
            "dissatisfied_share": "ratings",
            "choosers": "options",
            "chosen_in_orders": "options",
            "chosen_looked": "options",
            "chosen_unclear": "options",
            "under_review": "decisions about=under_review",
            "planned": "decisions about=planned",
            "done": "decisions about=done",
            "declined": "decisions about=declined",
        },
        {
            "suggestions": {
                "in_favour": "votes about=@suggestion",
                "against": "votes about=@suggestion",
                "net": "votes about=@suggestion",
            },
            "statuses": {"suggestions": "suggestions", "in_favour": "votes"},
            "themes": {"suggestions": "suggestions", "ratings": "ratings"},
            "ratings": {"ratings": "ratings about=@about", "people": "ratings about=@about"},
            "stores": {"ratings": "ratings store=@store"},
            "months": {"ratings": "ratings month=@month"},
            "options": {
                "orders": "options about=@option choice=@choice",
                "quantity": "options about=@option choice=@choice",
            },
            "product_options": {
                "orders": "options product=@product about=@option choice=@choice",
                "quantity": "options product=@product about=@option choice=@choice",
            },
            "combinations": {"orders": "options product=@product"},
        },
    ),
}
"""By the report's name."""
