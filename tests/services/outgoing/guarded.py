"""What the tests of guards and messages know of: customers who allow things or not, staff, and rules of the house."""

from datetime import UTC, datetime, timedelta

from events.catalog.consent import ConsentGiven, ConsentWithdrawn, ErasureRequested
from events.catalog.customers import CustomerRegistered, TraitsChanged
from events.catalog.operations import PolicyPublished
from events.catalog.orders import OrderLine, OrderPlaced
from events.catalog.staff import PortfolioClosed, PortfolioOpened
from services.outgoing.channels import Channel
from services.outgoing.guards import Held, Send
from tests.projections.shop import Shop

NOON = datetime(2026, 6, 3, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NIGHT = NOON + timedelta(hours=10)

BY_MAIL = Channel("mail", "email", "customer", "mailto://localhost/?to={address}", NOON)

NEWS = "newsletter"


def tell_all(shop: Shop) -> None:
    """Tell all of it; each test has customers of its own."""
    _tell_consents(shop)
    _tell_erasures(shop)
    _tell_rules(shop)


def code(judgement: Send | Held) -> str:
    """Return the code of what holds a message back, or nothing."""
    return judgement.code if isinstance(judgement, Held) else ""


def _tell_consents(shop: Shop) -> None:
    for name in (
        "plain",
        "channel",
        "later",
        "other-channel",
        "withdrawn",
        "again",
        "forgets",
        "back",
        "capped",
        "cut",
    ):
        shop.tell(CustomerRegistered(email=f"{name}@example.com"), by=f"customer:{name}", time=NOON - 9 * DAY)
    shop.tell(ConsentGiven(purpose=NEWS), by="customer:plain", time=NOON - DAY)
    shop.tell(ConsentGiven(purpose=NEWS, channel="email"), by="customer:channel", time=NOON - DAY)
    shop.tell(ConsentGiven(purpose=NEWS), by="customer:later", time=NOON + DAY)
    shop.tell(ConsentGiven(purpose=NEWS, channel="phone"), by="customer:other-channel", time=NOON - DAY)
    shop.tell(ConsentGiven(purpose=NEWS), by="customer:withdrawn", time=NOON - 2 * DAY)
    shop.tell(ConsentWithdrawn(purpose=NEWS, channel="email"), by="visitor:w", time=NOON - DAY)
    shop.link("customer:withdrawn", "visitor:w")
    shop.tell(ConsentWithdrawn(purpose=NEWS), by="customer:again", time=NOON - 2 * DAY)
    shop.tell(ConsentGiven(purpose=NEWS), by="visitor:a", time=NOON - DAY)
    shop.link("customer:again", "visitor:a")


def _tell_erasures(shop: Shop) -> None:
    for name in ("forgets", "back"):
        shop.tell(ConsentGiven(purpose=NEWS), by=f"customer:{name}", time=NOON - 3 * DAY)
        shop.tell(ErasureRequested(), by=f"visitor:{name}", time=NOON - 2 * DAY)
        shop.link(f"customer:{name}", f"visitor:{name}")
    shop.tell(ConsentGiven(purpose=NEWS), by="customer:back", time=NOON - DAY)
    shop.tell(ConsentGiven(purpose=NEWS), by="customer:silent", time=NOON - DAY)
    shop.tell(CustomerRegistered(email="a@example.com,b@example.com"), by="customer:two", time=NOON - DAY)
    for name, email in (("ann", "ann@shop.example"), ("bob", ""), ("gone", "gone@shop.example")):
        shop.tell(PortfolioOpened(manager=name, email=email), by=f"staff:{name}", time=NOON - DAY)
    shop.tell(PortfolioClosed(manager="gone"), by="staff:gone", time=NOON)


def _tell_rules(shop: Shop) -> None:
    published = [
        ("quiet_hours", {"from": "21:00", "to": "08:00", "zone": "UTC"}, NOON - 8 * DAY),
        ("quiet_hours", {"from": "sunset", "to": "08:00"}, NOON - 7 * DAY),
        ("quiet_hours", {}, NOON + 8 * DAY),
        ("quiet_hours.kyoto", {"from": "11:00", "to": "13:00", "except": "recall"}, NOON - 8 * DAY),
        ("quiet_hours.kyoto", {}, NOON + 2 * DAY),
        ("frequency_caps.capital", {"email.day": "1", "week": "2"}, NOON - 8 * DAY),
    ]
    for number, (policy, content, since) in enumerate(published):
        shop.tell(PolicyPublished(policy=policy, version=str(number), content=content), by="house:1", time=since)
    for name, store in (("tokyo", "web"), ("kyoto", "kyoto"), ("capped", "capital"), ("cut", "capital")):
        who = f"customer:{name}"
        lines = (OrderLine(product="kettle", quantity=1, unit_price_minor=1),)
        order = OrderPlaced(order=f"o-{name}", currency="GBP", lines=lines, total_minor=1, store=store)
        traits = {"email": f"{name}@example.com", "timezone": "Asia/Tokyo" if name == "tokyo" else "nowhere"}
        given = [ConsentGiven(purpose=purpose) for purpose in (NEWS, "recall")]
        shop.tell(order, TraitsChanged(traits=traits), *given, by=who, time=NOON - 7 * DAY)
    shop.link("customer:capped", "visitor:capped")
