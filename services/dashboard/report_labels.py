"""What figures, columns and tables of reports are called: told by their names, or here where that says too little."""

from collections.abc import Container

from services.dashboard import formats

SECONDS = {"_hours": 3600, "_seconds": 1}
"""Suffixes of stretches of time, and how many seconds one of each has."""
LABELS = {
    "about": "About",
    "bringing": "Bring 80 % of net revenue",
    "bringing_share": "Their share of customers",
    "bringing_nothing": "Bring nothing, net",
    "expected_3_minor": "Expected in 3 months",
    "expected_12_minor": "Expected in 12 months",
    "expected_36_minor": "Expected in 36 months",
    "gini": "Gini coefficient, net",
    "gross_bringing": "Bring 80 % of gross revenue",
    "gross_bringing_nothing": "Ordered nothing",
    "gross_bringing_share": "Their share of customers, gross",
    "gross_customers": "Customers with orders",
    "gross_gini": "Gini coefficient, gross",
    "gross_minor": "Gross revenue",
    "gross_revenue_minor": "Gross revenue",
    "only_here_share": "Shop only here",
    "kept_share": "Kept",
    "log_likelihood_ratio": "Evidence",
    "median_hours": "Half within",
    "median_hours_late": "Half late by fewer hours than",
    "net_12_months_minor": "Net revenue, 12 months",
    "net_minor": "Net revenue",
    "other": "And",
    "other_name": "And",
    "p50_hours": "Half within",
    "p90_hours": "90 % within",
    "p90_hours_late": "90 % late by fewer hours than",
    "p90_seconds": "90 % within",
    "p95_hours": "95 % within",
    "person": "Customer",
    "product_name": "Product",
    "revenue_minor": "Net revenue",
    "share": "Share",
    "in_vain_share": "Searched in vain",
}
"""What is not called by its name."""


def label(name: str, beside: Container[str] = ()) -> str:
    """Return the name of a figure, a column or a table as people read it; ``beside`` are the others around it."""
    plain = name.removesuffix("_minor").removesuffix("_share")
    for suffix in SECONDS:
        plain = plain.removesuffix(suffix)
    said = LABELS.get(name) or formats.worded(plain)
    alike = name.endswith("_share") and plain in beside and said == (LABELS.get(plain) or formats.worded(plain))
    return f"{said}, share" if alike else said
