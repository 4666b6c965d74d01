"""A translation is checked when it is read: each mistake is named, with its place, before a record comes."""

import pytest

from services.translation.declaration import Translation
from services.translation.errors import BadTranslation
from services.translation.loading import SHIPPED, parse, shipped
from services.translation.translator import Translator

SMALL = """
name: till
kind: what
message_id: number
subject: subject('card', card)
values:
  pounds: currency('GBP')
common:
  store: shop
events:
  - on: sale
    type: regulars.order.placed.v2
    data: {order: text(number), currency: values.pounds, total_minor: "minor(total, values.pounds)"}
    lines:
      into: lines
      from: items
      fields: {product: article, quantity: pieces, unit_price_minor: "minor(price, values.pounds)"}
"""


def test_every_translation_that_is_shipped_can_be_used() -> None:
    """By its name; there is no other."""
    for name in SHIPPED:
        assert shipped(name).name == name
        assert Translator(shipped(name), "shop").signature == shipped(name).signature

    with pytest.raises(BadTranslation, match="magento: is no translation that is shipped; those are segment, shopify"):
        shipped("magento")


def test_the_smallest_translation_has_defaults() -> None:
    """A record happened when it came, where it does not say."""
    translation = parse(SMALL, "till.yaml")

    assert translation.time == "regulars.received_at"
    assert (translation.signature, translation.rejects, translation.otherwise) == (None, [], [])
    assert translation.file == "till.yaml"


def test_words_of_yaml_are_words() -> None:
    """``on`` is no boolean, a shop may be called no, and a day is a text."""
    text = SMALL.replace("on: sale", "on: [yes, off, no, 2024-02-29]").replace("store: shop", "store: \"'no'\"")

    translation = parse(text, "till.yaml")

    assert translation.events[0].on == ["yes", "off", "no", "2024-02-29"]


@pytest.mark.parametrize(
    ("old", "new", "place", "reason"),
    [
        ("name: till", "name: Till", "name", "expected `str` matching regex"),
        ("kind: what", "", "kind", "is missing"),
        ("kind: what", "kind: what(", "kind", "is no JMESPath expression"),
        ("kind: what", "kind: what\nkinds: x", "kinds", "is not a field of a translation"),
        ("kind: what", "kind: what\nkind: how", "line 4", "is not valid YAML: kind stands there twice"),
        ("kind: what", "kind: {", "line", "is not valid YAML"),
        ("kind: what", "kind: what\nsignature: rot13", "signature", "invalid enum value 'rot13'"),
        ("number\n", "number +\n", "message_id", "is no JMESPath expression"),
        ("subject('card', card)", "subject(card)", "subject", "gives subject() 1 arguments; it takes 2"),
        ("pounds: currency('GBP')", "Pounds: x", "values", "expected `str` matching regex"),
        (
            "pounds: currency('GBP')",
            "pounds: values.sterling",
            "values.pounds",
            "uses values.sterling, which is",
        ),
        ("pounds: currency('GBP')", "pounds: values.pounds", "values.pounds", "uses values.pounds, which is not there"),
        (
            "values.pounds,",
            "values.euros,",
            "events[0].data.currency",
            "uses values.euros, which is not",
        ),
        ("values.pounds,", "values,", "events[0].data.currency", "uses values as a whole, which is not there"),
        ("on: sale", "", "events[0].on", "is missing: which kinds of record is it for?"),
        ("on: sale", "on: sale\n    also: true", "events[0].id", "is missing: what comes beside another event"),
        ("placed.v2", "placed.v9", "events[0].type", "is not in the catalogue; did you mean regulars.order.placed.v"),
        ("placed.v2", "placed.v1", "events[0].type", "is an old version of regulars.order.placed.v2"),
        (
            "order: text(number)",
            "ordr: text(number)",
            "events[0].data.ordr",
            "is not a field of OrderPlaced; did",
        ),
        ("order: text(number), ", "", "events[0].data.order", "is missing: OrderPlaced needs it"),
        ("order: text(number)", "order: ", "events[0].data.order", "has no expression: within {…} one with a comma"),
        ("order: text(number)", "order: [number]", "events[0].data.order", "must be an expression, or a mapping"),
        ("order: text(number)", "order: txt(number)", "events[0].data.order", "calls txt(), which is no function"),
        ("order: text(number)", "lines: items, order: number", "events[0].lines.into", "lines stands in data as well"),
        ("into: lines", "into: store", "events[0].lines.into", "store is no list of OrderPlaced"),
        ("from: items", "frm: items", "events[0].lines.frm", "is not a field of a translation"),
        ("product: article, ", "", "events[0].lines.fields.product", "is missing: a line of OrderPlaced needs it"),
        (
            "product: article",
            "prduct: article",
            "events[0].lines.fields.prduct",
            "is not a field of a line of",
        ),
        ("pieces", "pieces(", "events[0].lines.fields.quantity", "is no JMESPath expression"),
        ("store: shop", "store: ''", "common.store", "must be an expression, or a mapping"),
    ],
    ids=lambda value: value[:30],
)
def test_a_mistake_is_named_with_its_place(old: str, new: str, place: str, reason: str) -> None:
    """In one sentence that begins with the file."""
    assert old in SMALL

    with pytest.raises(BadTranslation) as refused:
        parse(SMALL.replace(old, new, 1), "till.yaml")

    assert refused.value.file == "till.yaml"
    assert refused.value.place.startswith(place)
    assert reason in refused.value.reason
    assert str(refused.value) == f"till.yaml: {refused.value.place}: {refused.value.reason}"


def test_a_rule_that_can_never_apply_is_a_mistake() -> None:
    """Its author believes that it does; kinds are compared as they are looked up."""
    again = SMALL[SMALL.index("  - on: sale") :].replace("on: sale", "on: [refund, ' SALE ']")

    with pytest.raises(BadTranslation, match=r"events\[1\].on: ' SALE ' never gets here: events\[0\] always applies"):
        parse(SMALL + again, "till.yaml")

    parse(SMALL.replace("on: sale", "on: sale\n    when: total") + again, "till.yaml")
    parse(SMALL + again.replace("type:", "also: true\n    id: \"'again'\"\n    type:"), "till.yaml")


def test_rules_for_every_kind_stand_under_otherwise() -> None:
    """They name none."""
    with pytest.raises(BadTranslation, match=r"otherwise\[0\].on: is for every kind: leave it out here"):
        parse(SMALL.replace("events:", "otherwise:"), "till.yaml")

    assert parse(SMALL.replace("events:", "otherwise:").replace("on: sale\n", "when: true\n"), "till.yaml").otherwise


@pytest.mark.parametrize(
    "text",
    ["", "[]", "text", "name: till\nkind: k\nmessage_id: m\nsubject: s", "\x00", "[" * 1200],
    ids=lambda text: text[:9],
)
def test_what_is_no_translation_at_all_is_told(text: str) -> None:
    """Whatever somebody pastes into a form."""
    with pytest.raises(BadTranslation, match=r"^pasted"):
        parse(text, "pasted")


def test_a_translation_is_a_value() -> None:
    """The same text is the same translation, so that one may be kept by it."""
    assert parse(SMALL, "till.yaml") == parse(SMALL, "till.yaml")
    assert isinstance(parse(SMALL, "till.yaml"), Translation)
