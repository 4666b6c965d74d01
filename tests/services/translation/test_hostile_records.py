"""Whatever a sender sends: there are events that the codec reads, or one sentence that names the field."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from events.codec import Codec
from events.errors import BadEvent, Fault
from tests.services.translation.samples import DATA, Record, message, sample, shopify, track, translated
from tests.services.translation.thoroughness import MANY

CODEC = Codec()
HOSTILE: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(
            None,
            "",
            " ",
            "\0",
            "x\0",
            "null",
            -1,
            0,
            1,
            2.5,
            2**63,
            1e300,
            True,
            False,
            [],
            {},
            [None],
            [[]],
            {"": None},
        ),
        *("x" * 700, "é" * 200, "2026-03-01", "1e5", "USD", "customer:1", "\u2028", "'; DROP", "<script>", "\\u0000"),
    ]
)
RECORDS: list[tuple[str, Record]] = [
    *(("segment", each) for each in sample("segment_batch")["batch"]),
    *(
        ("segment", track(name, order_id="o", total=1, products=[{"sku": "a", "price": 1}], query="q", rating=5))
        for name in ("Order Completed", "Order Updated", "Order Refunded", "Product Added", "Product Reviewed", "Odd")
    ),
    *(("segment", message(kind, traits={"a": 1}, name="n", groupId="g")) for kind in ("identify", "group", "page")),
    *(("shopify", shopify("order", topic)) for topic in ("orders/create", "orders/paid", "orders/cancelled")),
    *(("shopify", shopify(name, f"{name}s/create")) for name in ("refund", "fulfillment", "customer")),
    *((path.name.partition("_")[0], sample(path.stem)) for path in sorted(DATA.glob("[sz][te][rn]*_*.json"))),
]


def places(node: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return every place in a record."""
    if isinstance(node, dict):
        inner: list[tuple[str | int, ...]] = [each for key in node for each in places(node[key], (*path, key))]
        return [path, *inner] if path else inner
    if isinstance(node, list):
        return [path, *(each for number, item in enumerate(node) for each in places(item, (*path, number)))]
    return [path]


def changed(node: Any, path: tuple[str | int, ...], value: object) -> Any:  # noqa: ANN401 - any JSON
    """Return a record with another value at a place."""
    if not path:
        return value
    step, *rest = path
    if isinstance(node, list):
        return [changed(item, tuple(rest), value) if number == step else item for number, item in enumerate(node)]
    return {key: changed(item, tuple(rest), value) if key == step else item for key, item in node.items()}


@MANY
@given(data=st.data(), case=st.sampled_from(RECORDS))
def test_whatever_is_wrong_with_a_record_nothing_gets_through_that_the_codec_would_refuse(
    data: st.DataObject, case: tuple[str, Record]
) -> None:
    """Some values of a good record are something else: there are events that the codec reads, or one sentence."""
    name, record = case
    for _ in range(data.draw(st.integers(1, 3))):
        record = changed(record, data.draw(st.sampled_from(places(record))), data.draw(HOSTILE))
        if not isinstance(record, dict):
            return

    try:
        events = translated(name, record)
    except BadEvent as error:
        told = error
        assert told.field
        assert told.reason
        assert told.fault in {Fault.INVALID_FIELD, Fault.MALFORMED}
        return

    assert [CODEC.decode(CODEC.encode(event)) for event in events] == events
    assert len({event.id for event in events}) == len(events)
