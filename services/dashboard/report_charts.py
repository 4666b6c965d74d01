"""What of a report is drawn: the curve of customers and revenue, and products that are bought together."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.dashboard import formats
from services.dashboard.report_links import LINKS

Row = Mapping[str, Any]


def concentration(told: Row, deciles: Sequence[Row]) -> tuple[list[tuple[float, float]], tuple[float, float] | None]:
    """Return the points of the curve of customers and revenue, the largest first, and the one that is marked."""
    points, customers, share = [(0.0, 0.0)], 0, 0.0
    for row in deciles:
        customers, share = customers + row["customers"], share + row["share"]
        points.append((customers / told["customers"], share))
    if not told.get("bringing_share"):
        return points, None
    mark = (told["bringing_share"], told["percent"] / 100)
    return sorted({*points, mark}), mark


def pairs_graph(pairs: Sequence[Row], keeping: Callable[[str], str]) -> dict[str, Any]:
    """Return pairs of products as the macro ``graph`` draws them, with how much more than by chance they meet.

    ``keeping`` makes of where a product leads a link at the page's point in time.
    """
    nodes: dict[str, dict[str, Any]] = {}
    for row in pairs:
        for side in ("product", "other"):
            product, baskets = row[side], row[f"{side}_baskets"]
            nodes[product] = {
                "id": product,
                "name": row[f"{side}_name"] or product,
                "value": baskets,
                "words": formats.counted(baskets, "basket"),
                "href": keeping(LINKS[side](row)),
            }
    links = [
        {
            "source": row["product"],
            "target": row["other"],
            "value": row["lift"],
            "words": f"{formats.number(row['lift'], 1)} times chance, in {formats.percent(row['support_share'], 1)}",
        }
        for row in pairs
    ]
    return {"nodes": list(nodes.values()), "links": links}
