"""Translations at work: a shop's own one, and what holds for any record, however broken."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from events.catalog.customers import TraitsChanged
from events.catalog.fulfilment import OrderStepReached
from events.catalog.orders import OrderLine, OrderPlaced
from events.catalog.visits import InteractionRecorded
from events.codec import Codec
from events.errors import BadEvent
from services.translation.loading import parse
from services.translation.translator import Translator
from tests.services.translation.samples import (
    RECEIVED,
    Record,
    shopify,
    track,
    translated,
    translator,
)

# A shop that names its events itself, in its own language.
OWN = """
name: laden
kind: vorgang
message_id: nummer
subject: subject('customer', kunde)
time: zeit
values:
  waehrung: currency(waehrung) || 'EUR'
common:
  store: regulars.store
rejects:
  - {when: probe, field: probe, reason: is set; trial runs do not belong here}
events:
  - on: Kauf abgeschlossen
    when: bestellung
    type: regulars.order.placed.v2
    data:
      order: text(bestellung.nr)
      currency: values.waehrung
      total_minor: minor(bestellung.summe, values.waehrung)
      promised_at: bestellung.zusage
    lines:
      into: lines
      from: bestellung.posten
      fields:
        product: text(artikel)
        quantity: "menge || record.bestellung.menge || `1`"
        unit_price_minor: minor(preis, values.waehrung)
        name: words(record.bestellung.nr, artikel)
        options: {farbe: text(farbe), groesse: text(groesse)}
  - on: [Kauf abgeschlossen, Konto]
    also: true
    id: "'konto'"
    when: konto
    type: regulars.customer.traits_changed.v2
    data: {traits: {tarif: text(konto.tarif), ort: text(konto.ort)}}
  - on: Schritt
    type: regulars.fulfilment.step_reached.v1
    time: epoch_ms(ms)
    data: {order: text(bestellung.nr), step: "'packed'", promised_at: zusage}
otherwise:
  - when: vorgang
    type: regulars.visit.interaction_recorded.v1
    data: {name: label(vorgang), properties: texts(einzelheiten)}
"""
PURCHASE: Record = {
    "vorgang": "kauf  ABGESCHLOSSEN",
    "nummer": 7001,
    "kunde": 42,
    "zeit": "2026-03-01T11:00:00+01:00",
    "bestellung": {
        "nr": 1001,
        "summe": "19,98",
        "menge": 2,
        "zusage": 1_772_700_000,
        "posten": [{"artikel": "tee", "preis": 9.99, "farbe": "rot"}],
    },
    "konto": {"tarif": "gold"},
}
PURCHASE["bestellung"]["summe"] = "19.98"
LADEN = Translator(parse(OWN, "laden.yaml"), "laden", "berlin")
CODEC = Codec()


def reasons(by: Translator, record: Record) -> tuple[str, str]:
    """Return the field and the reason for which a record is refused."""
    with pytest.raises(BadEvent) as refused:
        by.events(record, RECEIVED)
    return refused.value.field, refused.value.reason


def test_a_shop_brings_its_own_names() -> None:
    """One record tells of an order and of an account; instants, options and the whole record are there."""
    placed, changed = LADEN.events(PURCHASE, RECEIVED)

    assert placed.data == OrderPlaced(
        order="1001",
        currency="EUR",
        total_minor=1998,
        lines=(OrderLine(product="tee", quantity=2, unit_price_minor=999, name="1001 tee", options={"farbe": "rot"}),),
        store="berlin",
        promised_at=datetime(2026, 3, 5, 8, 40, tzinfo=UTC),
    )
    assert changed.data == TraitsChanged(traits={"tarif": "gold"})
    assert (placed.id, changed.id) == ("laden:7001", "laden:7001:konto")
    assert (placed.source, placed.subject) == ("laden", "customer:42")
    assert placed.time == datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def test_the_first_rule_that_applies_makes_the_event() -> None:
    """What no rule is for falls to those for every kind, and what not even they are for is nothing to us."""
    bare = {key: PURCHASE[key] for key in ("nummer", "kunde", "zeit")}

    (odd,) = LADEN.events(bare | {"vorgang": "Niesen", "einzelheiten": {"laut": True}}, RECEIVED)
    unfinished = LADEN.events(bare | {"vorgang": "Kauf abgeschlossen", "konto": {"ort": "Bonn"}}, RECEIVED)

    assert odd.data == InteractionRecorded(name="Niesen", properties={"laut": "true"}, store="berlin")
    assert [type(event.data) for event in unfinished] == [InteractionRecorded, TraitsChanged]
    assert LADEN.events(bare, RECEIVED) == []
    assert LADEN.events({}, RECEIVED) == []


def test_a_rule_may_have_a_time_and_a_person_of_its_own() -> None:
    """Whatever the translation says for the others."""
    (step,) = LADEN.events(PURCHASE | {"vorgang": "Schritt", "ms": 1_772_700_000_250, "zusage": None}, RECEIVED)

    assert step.time == datetime(2026, 3, 5, 8, 40, 0, 250_000, tzinfo=UTC)
    assert step.data == OrderStepReached(order="1001", step="packed", store="berlin")


def test_a_record_that_the_translation_rejects_is_refused() -> None:
    """With its own words."""
    assert reasons(LADEN, PURCHASE | {"probe": True}) == ("probe", "is set; trial runs do not belong here")
    assert len(LADEN.events(PURCHASE | {"probe": False}, RECEIVED)) == 2


@pytest.mark.parametrize(
    ("changed", "field", "reason"),
    [
        ({"waehrung": "Euro"}, "waehrung", "is 'Euro'; a currency is a code"),
        ({"bestellung": {"nr": 1}}, "bestellung.posten", "is missing; it becomes lines of"),
        ({"zeit": "gestern"}, "zeit", "is 'gestern'; a time is written as"),
        ({"zeit": None}, "zeit", "is missing; it becomes time of regulars.order.placed.v2"),
        ({"kunde": None}, "kunde", "is missing and names nobody: an event is about somebody"),
        ({"nummer": None}, "nummer", "is missing; it tells one message from another"),
        ({"vorgang": "Konto", "konto": 5}, "vorgang", "never"),
    ],
    ids=repr,
)
def test_a_mistake_is_told_in_the_shop_s_own_words(changed: Record, field: str, reason: str) -> None:
    """Its fields, its places, whatever its language; a field that holds something else holds nothing."""
    if reason == "never":
        assert [event.data for event in LADEN.events(PURCHASE | changed, RECEIVED)][1:] == [TraitsChanged(traits={})]
        return

    told = reasons(LADEN, PURCHASE | changed)

    assert told[0] == field
    assert told[1].startswith(reason)


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        ({"preis": "billig"}, "bestellung.posten[1].preis", "is 'billig'; an amount is a number"),
        ({"menge": -1}, "bestellung.posten[1].menge", "expected `int` >= 1; it becomes quantity of a line of"),
        ({"artikel": None}, "bestellung.posten[1].artikel", "is missing; it becomes product of a line of"),
        ({"farbe": "x" * 600}, "bestellung.posten[1].farbe", "expected `str` of length <= 512; it becomes options"),
        ({"farbe": b"rot"}, "bestellung.posten[1].farbe", "is a bytes, which is no text"),
    ],
)
def test_the_place_in_a_list_is_told(line: Record, field: str, reason: str) -> None:
    """So is what is inside of what is inside."""
    good = PURCHASE["bestellung"]["posten"][0]
    order = PURCHASE["bestellung"] | {"posten": [good, good | line]}

    told = reasons(LADEN, PURCHASE | {"bestellung": order})

    assert told[0] == field
    assert told[1].startswith(reason)


def test_a_value_that_a_line_takes_from_the_record_is_told_with_its_own_place() -> None:
    """It is not the line's fault."""
    text = OWN.replace("`1`", "whole(values.stueck)").replace("values:", "values:\n  stueck: text(stueckzahl)")
    order = PURCHASE["bestellung"] | {"menge": None}

    told = reasons(Translator(parse(text, "x"), "x"), PURCHASE | {"bestellung": order, "stueckzahl": "viele"})

    assert told == (
        "stueckzahl",
        "is 'viele', where a whole number belongs; it becomes quantity of a line of regulars.order.placed.v2",
    )


def test_a_row_of_a_database_is_a_record_too() -> None:
    """With decimals and instants, as a driver hands them out."""
    row = PURCHASE | {"zeit": datetime(2026, 3, 1, 10, 0), "waehrung": "GBP"}  # noqa: DTZ001 - without a zone, as some are
    order = PURCHASE["bestellung"] | {"summe": Decimal("19.980"), "zusage": datetime(2026, 3, 5, tzinfo=UTC)}

    placed, _ = LADEN.events(row | {"bestellung": order}, RECEIVED)

    assert isinstance(placed.data, OrderPlaced)
    assert (placed.data.total_minor, placed.data.currency) == (1998, "GBP")
    assert placed.time == datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def test_a_record_cannot_speak_for_us() -> None:
    """Its own ``regulars`` and ``values`` are not seen; of what a webhook's route adds, the headers are."""
    forged = {"regulars": {"store": "fake", "received_at": "1999-01-01"}, "values": {"waehrung": "ZZZ"}}

    placed, _ = LADEN.events(PURCHASE | forged, RECEIVED)

    assert isinstance(placed.data, OrderPlaced)
    assert (placed.data.store, placed.data.currency) == ("berlin", "EUR")
    assert forged["regulars"]["store"] == "fake"


@pytest.mark.parametrize(
    ("number", "name"), [("m-1", "m-1"), (7, "7"), ("", None), (None, None), (True, None), ({}, None), (1.5, None)]
)
def test_a_message_has_an_id_or_none(number: object, name: str | None) -> None:
    """Texts and whole numbers; asking for it never fails."""
    assert LADEN.message_id({"nummer": number}) == name
    assert translator("shopify").message_id(shopify("order", "orders/paid")) == "orders/paid:450789469"
    assert Translator(parse(OWN.replace("nummer", "length(nummer)"), "x"), "x").message_id({"nummer": 5}) is None


def test_the_same_record_always_makes_the_same_events() -> None:
    """When it is sent again it is a duplicate, and no conflict."""
    assert LADEN.events(PURCHASE, RECEIVED) == LADEN.events(dict(PURCHASE), datetime(2027, 1, 1, tzinfo=UTC))


def test_a_record_that_is_nested_without_end_is_refused() -> None:
    """It is told, and nothing breaks."""
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]

    with pytest.raises(BadEvent, match=r"nested too deeply|cannot be written as text"):
        translated("segment", track("Door Opened", deep=deep))
