"""Mappings: what is wrong with one is said before a row is read, in a sentence that names the file and the field."""

import re
from pathlib import Path

import pytest

import services.connectors
from services.connectors.errors import BadMapping
from services.connectors.loading import BUILT_IN, built_in, load
from tests.services.connectors import shop
from tests.services.connectors.memory_log import MemoryLog


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_shipped_mapping_can_be_read(name: str) -> None:
    """Each mapping that is shipped is whole, goes by its file's name, and says whose data it reads."""
    mapping = built_in(name)

    assert mapping.name == name
    assert mapping.attribution
    assert mapping.licence


def test_every_shipped_mapping_is_registered() -> None:
    """The folder of mappings holds those in ``BUILT_IN`` and no others."""
    folder = Path(services.connectors.__file__).parent / "mappings"

    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{name}.yaml" for name in BUILT_IN)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    """Who mistypes the name of a mapping is told all names."""
    with pytest.raises(
        BadMapping, match="online_retail: is no mapping that is shipped; those are online-retail, cdnow"
    ):
        built_in("online_retail")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("name: shop", "nome: shop", "shop.yaml: nome: is not a field of a mapping"),
        ("name: shop", "name: Shop!", "shop.yaml: name: expected `str` matching regex '^[a-z0-9][a-z0-9._-]{0,63}$'"),
        ("    time: min(sold_at)\n", "", "shop.yaml: events[0].time: is missing"),
        (
            "source: till",
            "source: till\nsource: desk",
            "shop.yaml: line 4: is not valid YAML: source stands there twice",
        ),
        ("[bill]", "[bill", "is not valid YAML: expected ',' or ']'"),
        (
            "order.placed.v2",
            "order.placd.v2",
            "events[0].type: regulars.order.placd.v2 is not in the catalogue; did you mean regulars.order.placed.v2?",
        ),
        ("{order:", "{ordr:", "shop.yaml: events[0].data.ordr: is not a field of OrderPlaced; did you mean order?"),
        ("""currency: "'GBP'", """, "", "shop.yaml: events[0].data.currency: is missing: OrderPlaced needs it"),
        (
            "{product: item, ",
            "{",
            "shop.yaml: events[0].lines.fields.product: is missing: a line of OrderPlaced needs it",
        ),
        ("into: lines", "into: order", "shop.yaml: events[0].lines.into: order stands in data as well"),
        ("into: lines", "into: store", "shop.yaml: events[0].lines.into: store is no list of OrderPlaced"),
        ("    group_by: [bill]\n", "", "shop.yaml: events[0].group_by: is missing: lines are gathered from the rows"),
        ("order: bill", "order: []", "shop.yaml: events[0].data.order: must be an SQL expression"),
        ("{name: sales,", "{name: sales, format: xlsx,", "shop.yaml: tables[0].format: invalid enum value 'xlsx'"),
        ("{name: sales,", "{name: sales, encoding: klingon,", "shop.yaml: tables[0].encoding: klingon is no encoding"),
        ("{name: sales,", "{name: sales, lookup: true,", "shop.yaml: tables: are all looked up only"),
        (
            ", columns: [bill, who, day, item, units, price]",
            ", format: jsonl",
            "shop.yaml: tables[0].columns: is missing",
        ),
        ("tables: [", "tables: [{name: others, files: [o.csv]}, ", "shop.yaml: tables[1].files: is missing"),
    ],
)
def test_a_mistake_is_named_with_its_place(old: str, new: str, says: str) -> None:
    """Every mistake that can be seen without data gives one sentence with the file, the field and what is wrong."""
    with pytest.raises(BadMapping, match=re.escape(says)):
        shop.mapping(**{old: new})


def test_several_tables_need_a_query(tmp_path: Path) -> None:
    """Nothing but a query can say how tables belong together."""
    path = tmp_path / "two.yaml"
    path.write_text(
        shop.VISITS.replace("tables: [", "tables: [{name: a, files: [a.csv]}, ").replace("visits,", "b, files: [b],")
    )

    with pytest.raises(BadMapping, match="query: is missing: several tables need one to join them"):
        load(path)


def test_a_mapping_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A file that is not there, or is no text, is a sentence and no traceback."""
    binary = tmp_path / "photo.yaml"
    binary.write_bytes(b"\xff\xd8\xff")

    with pytest.raises(BadMapping, match=r"photo\.yaml: is not text in UTF-8"):
        load(binary)
    with pytest.raises(BadMapping, match=r"nothing\.yaml: cannot be read: No such file or directory"):
        load(tmp_path / "nothing.yaml")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("""currency: "'GBP'\"""", "currency: GBP", "events[0].data.currency: GBP: Binder Error"),
        ("""currency: "'GBP'\"""", "currency: GBP", "a text constant needs SQL quotes inside the YAML ones"),
        ("order: bill", "order: bill +", "events[0].data.order: bill +: Parser Error"),
        (
            "order: bill",
            "order: item",
            'events[0].data.order: item: Binder Error: column "item" must appear in the GROUP',
        ),
        ("min(sold_at)", "min(day)", "events[0].time: is VARCHAR, which has no zone; say which, as in: strptime("),
        (" AT TIME ZONE 'Europe/London'", "", "events[0].time: is TIMESTAMP, which has no zone"),
        ("CAST(units", "CAST(unit", "values.quantity: CAST(unit AS INTEGER): Binder Error"),
        (
            "quantity: CAST",
            "price: 1\n  quantity: CAST",
            "values.price: is a column of the source: choose another name",
        ),
        ("quantity: CAST", "at: 1\n  quantity: CAST", "values.at: is a word of SQL: choose another name"),
        ("item = 'void'", "itm = 'void'", "rejects[0].when: itm = 'void': Binder Error"),
        ("item = 'void'", "CAST(item AS DATE) IS NULL", "what may fail for a row belongs under values"),
        ("columns: [", "types: {price: MONEY}, columns: [", "tables.sales.types.price: MONEY: Catalog Error"),
        ("columns: [", "unique: [receipt], columns: [", "tables.sales.unique: receipt is no column of sales.csv"),
        ("source: till", "source: till\nquery: SELECT bill FROM sales", "query: lacks sales_row"),
        ("source: till", "source: till\nquery: SELECT * FROM sails", "query: Catalog Error: Table with name sails"),
        ("total_minor: sum(", "total_minor: CAST(min(item) AS INTEGER) + sum(", "events: Conversion Error"),
    ],
)
def test_an_expression_that_does_not_fit_the_file_appends_nothing(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    """What only the columns can tell is told with the place in the mapping, and the log stays as it was."""
    log = MemoryLog()
    mapping = shop.mapping(**{old: new})

    with pytest.raises(BadMapping, match=re.escape(says)):
        shop.import_text(tmp_path / "sales.csv", shop.HEADER + "1,ann,2024-01-02,tea,1,2.50\n", using=mapping, log=log)

    assert log.appends == 0


@pytest.mark.parametrize("rows", ["read_csv('{path}')", "'{path}'", "read_text('{path}')"])
def test_a_mapping_reads_no_file_but_its_own(tmp_path: Path, rows: str) -> None:
    """The SQL of a mapping sees the tables that were loaded, and neither the disk nor the network."""
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    query = f"query: SELECT sales.* FROM sales, {rows.format(path=secret)}"

    with pytest.raises(BadMapping, match=r"shop\.yaml: query: (Permission|Catalog) Error"):
        shop.import_text(
            tmp_path / "sales.csv", shop.HEADER, using=shop.mapping(**{"source: till": f"source: till\n{query}"})
        )
