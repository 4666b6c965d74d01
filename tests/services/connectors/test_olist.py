"""Olist: a folder of seven files. The orders here are made up; only their shape is that of the real ones."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from events.catalog.customers import TraitsChanged
from events.catalog.feedback import FeedbackGiven
from events.catalog.fulfilment import OrderDelivered, OrderStepReached, ShipmentDispatched
from events.catalog.orders import OrderCancelled, OrderPlaced, PaymentReceived
from events.event import Event
from services.connectors.errors import BadSource
from services.connectors.importing import Summary
from services.connectors.loading import built_in
from tests.services.connectors import shop
from tests.services.connectors.memory_log import MemoryLog

FILES = {
    "orders.csv": """order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,\
order_delivered_carrier_date,order_delivered_customer_date,order_estimated_delivery_date
o1,c1,delivered,2017-07-09 21:57:05,2017-07-09 22:10:13,2017-07-11 14:58:04,2017-07-26 10:57:55,2017-08-01 00:00:00
o2,c2,canceled,2018-01-31 11:31:37,,,,2018-02-16 00:00:00
o3,c3,shipped,2017-12-01 08:00:00,2017-12-01 09:00:00,2017-12-02 10:00:00,,2017-12-20 00:00:00
o4,c4,created,2018-03-01 08:00:00,,,,2018-03-20 00:00:00
""",
    "order_items.csv": """order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value
o1,1,p1,s1,2017-07-13 22:10:13,58.90,13.29
o1,2,p2,s1,2017-07-13 22:10:13,10.00,1.5
o2,1,p1,s1,2018-02-05 11:31:37,58.90,13.29
o3,1,p3,s2,2017-12-05 09:00:00,5,0.55
o9,1,p3,s2,2017-12-05 09:00:00,5,0.55
""",
    "order_payments.csv": """order_id,payment_sequential,payment_type,payment_installments,payment_value
o1,1,credit_card,2,80.00
o1,2,voucher,1,3.69
o2,1,boleto,1,72.19
o3,1,debit_card,1,5.55
o3,2,not_defined,1,0.00
o4,1,boleto,1,20.00
""",
    "order_reviews.csv": """review_id,order_id,review_score,review_comment_title,review_comment_message,\
review_creation_date,review_answer_timestamp
r1,o1,5,Muito bom,"Chegou
antes do prazo",2017-07-27 00:00:00,2017-07-28 19:12:30
r2,o3,1,,,2017-12-21 00:00:00,2017-12-22 10:00:00
r3,o3,6,,,2017-12-21 00:00:00,2017-12-22 10:00:00
""",
    "customers.csv": """customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state
c1,ana,01310,sao paulo,SP
c2,ana,01310,sao paulo,SP
c3,bia,82820,curitiba,PR
c4,caio,20000,rio de janeiro,RJ
""",
    "olist_products_dataset.csv": """product_id,product_category_name
p1,beleza_saude
p2,pc_gamer
p3,
""",
    "product_category_name_translation.csv": """product_category_name,product_category_name_english
beleza_saude,health_beauty
""",
}


def import_folder(folder: Path, files: Mapping[str, str] = FILES) -> tuple[MemoryLog, Summary]:
    """Import a folder of such files into a new log."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    log = MemoryLog()
    return log, shop.import_checked(folder, built_in("olist"), log)


def of_type(log: MemoryLog, kind: type[Event]) -> list[tuple[str, str, Event]]:
    """Return subject, time and data of the facts of one type."""
    return sorted(
        ((one.subject, one.time.isoformat(), one.data) for one in log.envelopes() if isinstance(one.data, kind)),
        key=lambda fact: fact[:2],
    )


def test_an_order_is_its_items_and_their_freight(tmp_path: Path) -> None:
    """The person is customer_unique_id, times are São Paulo's, and categories are English where there is a word."""
    log, _ = import_folder(tmp_path / "olist")

    subject, time, order = of_type(log, OrderPlaced)[0]

    assert isinstance(order, OrderPlaced)
    assert (subject, time) == ("customer:ana", "2017-07-10T00:57:05+00:00")
    assert (order.order, order.currency, order.total_minor) == ("o1", "BRL", 8369)
    assert order.promised_at
    assert order.promised_at.isoformat() == "2017-08-01T03:00:00+00:00"
    assert [(line.product, line.unit_price_minor, line.category) for line in order.lines] == [
        ("p1", 5890, "health_beauty"),
        ("p2", 1000, "pc_gamer"),
    ]


def test_an_order_goes_its_way(tmp_path: Path) -> None:
    """Approval, dispatch and delivery are told where the order has them; in summer, São Paulo was two hours behind."""
    log, _ = import_folder(tmp_path / "olist")

    way = {
        kind.__name__: [(subject, time) for subject, time, _ in of_type(log, kind)]
        for kind in (OrderStepReached, ShipmentDispatched, OrderDelivered)
    }

    assert way == {
        "OrderStepReached": [
            ("customer:ana", "2017-07-10T01:10:13+00:00"),
            ("customer:bia", "2017-12-01T11:00:00+00:00"),
        ],
        "ShipmentDispatched": [
            ("customer:ana", "2017-07-11T17:58:04+00:00"),
            ("customer:bia", "2017-12-02T12:00:00+00:00"),
        ],
        "OrderDelivered": [("customer:ana", "2017-07-26T13:57:55+00:00")],
    }


def test_a_cancelled_order_is_called_off_at_the_last_time_known(tmp_path: Path) -> None:
    """The data does not say when; what the customer no longer pays is the order's total."""
    log, _ = import_folder(tmp_path / "olist")

    assert of_type(log, OrderCancelled) == [
        ("customer:ana", "2018-01-31T13:31:37+00:00", OrderCancelled(order="o2", currency="BRL", total_minor=7219))
    ]


def test_payments_are_received_in_parts(tmp_path: Path) -> None:
    """Each payment is one event, when it was approved or else with the order; a payment of nothing is none."""
    log, _ = import_folder(tmp_path / "olist")

    paid = sorted(
        (data.order, time, data.method, data.amount_minor)
        for _, time, data in of_type(log, PaymentReceived)
        if isinstance(data, PaymentReceived)
    )

    assert paid == [
        ("o1", "2017-07-10T01:10:13+00:00", "credit_card", 8000),
        ("o1", "2017-07-10T01:10:13+00:00", "voucher", 369),
        ("o2", "2018-01-31T13:31:37+00:00", "boleto", 7219),
        ("o3", "2017-12-01T11:00:00+00:00", "debit_card", 555),
        ("o4", "2018-03-01T11:00:00+00:00", "boleto", 2000),
    ]


def test_a_review_is_feedback(tmp_path: Path) -> None:
    """Title and message are one text; a review without words has none."""
    log, _ = import_folder(tmp_path / "olist")

    given = [data for *_, data in of_type(log, FeedbackGiven)]

    assert given == [
        FeedbackGiven(rating=5, about="order", order="o1", text="Muito bom\nChegou\nantes do prazo"),
        FeedbackGiven(rating=1, about="order", order="o3"),
    ]


def test_a_place_is_told_once(tmp_path: Path) -> None:
    """Where a customer lives is told with their first order from there."""
    log, _ = import_folder(tmp_path / "olist")

    told = [
        (subject, time, data.traits)
        for subject, time, data in of_type(log, TraitsChanged)
        if isinstance(data, TraitsChanged)
    ]

    assert told[0] == (
        "customer:ana",
        "2017-07-10T00:57:05+00:00",
        {"city": "sao paulo", "state": "SP", "country": "BR"},
    )
    assert [subject for subject, *_ in told] == ["customer:ana", "customer:bia", "customer:caio"]


def test_every_row_of_every_file_is_accounted_for(tmp_path: Path) -> None:
    """Customers, products and words are looked up; every other row is in an event or is rejected with its reason."""
    _, summary = import_folder(tmp_path / "olist")

    assert (summary.rows, summary.rows_in_events, summary.rows_looked_up, summary.rejected) == (26, 15, 8, 3)
    assert [(one.file, one.line, one.reason) for one in shop.rejects(summary)] == [
        ("order_items.csv", 6, "It belongs to an order that is not among the orders."),
        ("order_payments.csv", 6, "A payment of nothing is no payment."),
        ("order_reviews.csv", 5, "regulars.feedback.given.v1: data.rating: expected `int` <= 5"),
    ]


def test_a_row_that_stands_there_twice_counts_once(tmp_path: Path) -> None:
    """An order, an item or a customer that is repeated multiplies nothing."""
    doubled = {name: text + text.splitlines(keepends=True)[-1] for name, text in FILES.items()}
    single, _ = import_folder(tmp_path / "single")

    log, summary = import_folder(tmp_path / "olist", doubled)

    assert sorted(one.id for one in log.envelopes()) == sorted(one.id for one in single.envelopes())
    assert sum("repeats" in one.reason for one in shop.rejects(summary)) == len(FILES)


def test_importing_the_folder_twice_adds_nothing(tmp_path: Path) -> None:
    """The shipped mapping gives the same events again."""
    log, first = import_folder(tmp_path / "olist")

    again = shop.import_checked(tmp_path / "olist", built_in("olist"), log)

    assert (again.imported, again.duplicate) == (0, first.imported)


def test_a_file_is_not_the_folder(tmp_path: Path) -> None:
    """A single one of the files is answered with the names of all, and a folder that lacks one with its name."""
    import_folder(tmp_path / "olist")

    with pytest.raises(
        BadSource, match=r"orders\.csv: olist reads several files \(order_items\.csv, .*: name the folder"
    ):
        shop.import_checked(tmp_path / "olist" / "orders.csv", built_in("olist"), MemoryLog())
    (tmp_path / "olist" / "customers.csv").unlink()
    with pytest.raises(
        BadSource, match=r"no file in this folder is called customers\.csv or olist_customers_dataset\.csv"
    ):
        shop.import_checked(tmp_path / "olist", built_in("olist"), MemoryLog())
