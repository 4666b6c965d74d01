"""Sample facts of the trade: visits, searches, orders, fulfilment and offers."""

from datetime import UTC, datetime

from events.catalog import fulfilment, offers, orders, searches, visits
from events.catalog.parts import ProductLine
from events.event import Event

PROMISED_AT = datetime(2024, 3, 4, 18, 0, tzinfo=UTC)

LANTERN = orders.OrderLine(
    product="85123A",
    quantity=6,
    unit_price_minor=255,
    name="WHITE HANGING HEART T-LIGHT HOLDER",
    category="lighting",
    options={"colour": "white", "engraving": "Für Ada"},
)
WARMER = orders.OrderLine(product="22633", quantity=2, unit_price_minor=185, name="HAND WARMER", category="winter")
LANTERNS_ONLY = (ProductLine(product="85123A", quantity=6, name="WHITE HANGING HEART T-LIGHT HOLDER"),)
ONE_LANTERN = (ProductLine(product="85123A", quantity=1, name="WHITE HANGING HEART T-LIGHT HOLDER"),)

VISITS: tuple[Event, ...] = (
    visits.VisitStarted(store="leeds", session="s-1", channel="door"),
    visits.PageViewed(
        page="/lighting", title="Lighting", referrer="https://search.example", store="leeds", session="s-1"
    ),
    visits.ProductViewed(
        product="85123A",
        name="WHITE HANGING HEART T-LIGHT HOLDER",
        category="lighting",
        price_minor=255,
        currency="GBP",
        store="leeds",
        session="s-1",
    ),
    visits.CartChanged(product="85123A", quantity_delta=-2, store="leeds", session="s-1"),
    visits.InteractionRecorded(
        name="video_played",
        properties={"video": "how-to-hang", "seconds": "41"},
        store="leeds",
        session="s-1",
        channel="browser",
    ),
    visits.VisitEnded(store="leeds", session="s-1", channel="door"),
)
SEARCHES: tuple[Event, ...] = (
    searches.SearchPerformed(query="red kettle 🫖", result_count=0, store="leeds", session="s-1"),
    searches.SearchPerformedV1(q="kettle", hits=3),
    searches.SearchResultChosen(query="lantern", product="85123A", position=2, store="leeds", session="s-1"),
)
ORDERS: tuple[Event, ...] = (
    orders.OrderPlaced(
        order="536365",
        currency="GBP",
        lines=(LANTERN, WARMER),
        total_minor=2295,
        store="leeds",
        channel="phone",
        session="s-1",
        promised_at=PROMISED_AT,
    ),
    orders.OrderPlacedV1(
        order_id="536300",
        currency="GBP",
        items=(
            orders.OrderItemV1(sku="85123A", qty=6, price_minor=255),
            orders.OrderItemV1(sku="22633", qty=2, price_minor=185),
        ),
    ),
    orders.OrderAmended(
        order="536365",
        currency="GBP",
        lines=(LANTERN,),
        total_minor=1925,
        total_delta_minor=-370,
        reason="sold_out",
        store="leeds",
    ),
    orders.OrderAmendedV1(
        order="536365",
        currency="GBP",
        lines=(LANTERN,),
        total_minor=1925,
        total_delta_minor=-370,
        reason="sold_out",
        store="leeds",
    ),
    orders.OrderCancelled(order="536300", currency="GBP", total_minor=1900, reason="changed_mind", store="leeds"),
    orders.PaymentReceived(order="536365", currency="GBP", amount_minor=1925, method="card", store="leeds"),
)
FULFILMENT: tuple[Event, ...] = (
    fulfilment.OrderStepReached(
        order="536365", step="packed", promised_at=PROMISED_AT, place="Leeds warehouse", store="leeds"
    ),
    fulfilment.ShipmentDispatched(
        order="536365", parcel="JD0002", carrier="royal-mail", lines=LANTERNS_ONLY, store="leeds"
    ),
    fulfilment.ParcelScanned(
        order="536365", parcel="JD0002", place="Sheffield depot", status="in_transit", carrier="royal-mail"
    ),
    fulfilment.OrderDelivered(
        order="536365", parcel="JD0002", lines=LANTERNS_ONLY, received_by="Mr Byron next door", store="leeds"
    ),
    fulfilment.ReturnRequested(
        order="536365", lines=ONE_LANTERN, reason="damaged", text="One came with a crack.", store="leeds"
    ),
    fulfilment.ReturnAccepted(
        currency="GBP", amount_minor=255, order="536365", lines=ONE_LANTERN, reason="damaged", store="leeds"
    ),
)
OFFERS: tuple[Event, ...] = (
    offers.OfferShown(
        offer="o-1",
        kind="product",
        product="22633",
        reason="bought_together",
        channel="mail",
        store="leeds",
        session="s-2",
    ),
    offers.OfferTaken(
        offer="o-1", kind="product", product="22633", order="536401", channel="mail", store="leeds", session="s-2"
    ),
    offers.OfferRefused(
        offer="o-2",
        kind="gesture",
        product="tea-voucher",
        reason="not_now",
        channel="till",
        store="leeds",
        session="s-3",
    ),
)
