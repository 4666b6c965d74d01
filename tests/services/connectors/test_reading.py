"""Files: plain, gzip, JSON lines and Parquet are read whole, or the import fails with a sentence."""

import gzip
import re
from pathlib import Path

import duckdb
import pytest

from services.connectors.errors import BadSource, ImportRefused
from services.connectors.importing import import_file
from tests.services.connectors import shop
from tests.services.connectors.memory_log import MemoryLog

ROWS = "1,ann,2024-01-02,tea,2,2.50\n1,ann,2024-01-02,pot,1,20\n2,bob,2024-01-03,tea,1,2.50\n"
TEXT = (shop.HEADER + ROWS).encode()
PACKED = gzip.compress((shop.HEADER + ROWS * 500).encode(), mtime=0)


def totals(log: MemoryLog) -> list[tuple[str, int]]:
    """Return the subject and total of each order."""
    return sorted((envelope.subject, envelope.data.total_minor) for envelope in log.envelopes())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "content", "change"),
    [
        ("sales.csv", TEXT, {}),
        ("sales.csv.gz", gzip.compress(TEXT, mtime=0), {}),
        ("packed.csv", gzip.compress(TEXT[:40], mtime=0) + gzip.compress(TEXT[40:], mtime=0), {}),
        ("dos.csv", TEXT.replace(b"\n", b"\r\n"), {}),
        ("bom.csv", b"\xef\xbb\xbf" + TEXT, {}),
        ("wide.csv", TEXT.decode().encode("utf-16"), {"{name: sales,": "{name: sales, encoding: utf-16,"}),
        ("tabs.csv", TEXT.replace(b",", b"\t"), {"{name: sales,": '{name: sales, delimiter: "\\t",'}),
        ("bare.csv", TEXT.split(b"\n", 1)[1], {"{name: sales,": "{name: sales, header: false,"}),
        (
            "typed.csv",
            TEXT,
            {"{name: sales,": "{name: sales, types: {units: INTEGER, day: DATE},", "(day,": "(CAST(day AS VARCHAR),"},
        ),
    ],
)
def test_a_file_gives_the_same_facts_however_it_is_written(
    tmp_path: Path, name: str, content: bytes, change: dict[str, str]
) -> None:
    """How it is packed, its line ends, a byte order mark, its encoding, its delimiter: nothing of that matters."""
    log = MemoryLog()

    shop.import_text(tmp_path / name, content, using=shop.mapping(**change), log=log)

    assert totals(log) == [("customer:ann", 2500), ("customer:bob", 250)]


@pytest.mark.parametrize("options", ["(FORMAT json)", "(FORMAT json, COMPRESSION gzip)", "(FORMAT parquet)"])
def test_json_lines_and_parquet_give_the_same_facts(tmp_path: Path, options: str) -> None:
    """The mapping names the format; its expressions stay as they are."""
    (tmp_path / "sales.csv").write_bytes(TEXT)
    source = f"FROM read_csv('{tmp_path}/sales.csv', types={{'bill': 'VARCHAR', 'day': 'VARCHAR'}})"
    duckdb.execute(f"COPY ({source}) TO '{tmp_path}/sales.data' {options}")
    kind = "parquet" if "parquet" in options else "jsonl"
    log = MemoryLog()

    summary = shop.import_checked(
        tmp_path / "sales.data", shop.mapping(**{"{name: sales,": f"{{name: sales, format: {kind},"}), log
    )

    assert (summary.rows, totals(log)) == (3, [("customer:ann", 2500), ("customer:bob", 250)])


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("cut.csv.gz", PACKED[: len(PACKED) // 2], "the gzip file is cut off or damaged"),
        ("end.csv.gz", PACKED[:-3], "the gzip file is cut off or damaged"),
        ("sum.csv.gz", PACKED[:-8] + bytes(8), "the gzip file is cut off or damaged (CRC check failed"),
        ("tail.csv.gz", PACKED + b"and more", "the gzip file is cut off or damaged (Not a gzipped file"),
        ("empty.csv", b"", "is empty"),
        ("empty.csv.gz", gzip.compress(b"", mtime=0), "is empty"),
        ("blank.csv", b"\n\n", "has no header: there are blank lines only"),
        ("photo.csv", bytes(range(256)), "has no header: holds the character U+0000, which no text may"),
        ("wide.csv", TEXT.decode().encode("utf-16"), "is UTF-16; save it as UTF-8, or say so in the mapping"),
        (
            "other.csv",
            b"id,name\n1,ann\n",
            "lacks bill, who, day, item, units, price, which shop needs; it has id, name",
        ),
        ("twice.csv", TEXT.replace(b"price", b"price,BILL", 1), "the column bill stands there twice"),
        (
            "ours.csv",
            TEXT.replace(b"price", b"price,sales_row", 1),
            "the column sales_row is a name that the import uses",
        ),
    ],
)
def test_a_broken_file_appends_nothing(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    """A file that is cut off, damaged or another one than the mapping needs gives a sentence and not one event."""
    log = MemoryLog()

    with pytest.raises(BadSource, match=re.escape(f"{tmp_path / name}: {says}")):
        shop.import_text(tmp_path / name, content, using=shop.mapping(), log=log)

    assert (log.appends, list(tmp_path.glob("*.rejects.jsonl"))) == (0, [])


def test_a_broken_parquet_file_appends_nothing(tmp_path: Path) -> None:
    """Parquet keeps its index at the end, so a file that was cut off is known."""
    using = shop.mapping(**{"{name: sales,": "{name: sales, format: parquet,"})
    duckdb.execute(f"COPY (SELECT 1 AS bill) TO '{tmp_path}/whole.parquet'")
    log = MemoryLog()

    with pytest.raises(BadSource, match="cannot be read as Parquet"):
        shop.import_text(
            tmp_path / "cut.parquet", (tmp_path / "whole.parquet").read_bytes()[:-20], using=using, log=log
        )

    assert log.appends == 0


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    """Neither a missing file nor a folder without the right files is a traceback."""
    using = shop.mapping(**{"{name: sales,": "{name: sales, files: [sales.csv, till.csv],"})

    with pytest.raises(ImportRefused, match=r"nothing\.csv: there is no such file"):
        shop.import_checked(tmp_path / "nothing.csv", using, MemoryLog())
    with pytest.raises(
        ImportRefused, match=r"no file in this folder is called sales\.csv or till\.csv \(table sales\)"
    ):
        shop.import_checked(tmp_path, using, MemoryLog())


def test_a_folder_is_read_file_by_file(tmp_path: Path) -> None:
    """A pattern takes all of its files, in the order of their names, and each row keeps its own file and line."""
    (tmp_path / "sales-1.csv").write_text(shop.HEADER + ROWS)
    (tmp_path / "sales-2.csv").write_text(f"{shop.HEADER}3,ann,2024-01-04,tea,x,1\n2,bob,2024-01-04,milk,1,1\n")
    log = MemoryLog()

    summary = shop.import_checked(
        tmp_path, shop.mapping(**{"{name: sales,": '{name: sales, files: ["sales-*.csv"],'}), log
    )

    assert totals(log) == [("customer:ann", 2500), ("customer:bob", 350)]
    assert [(one.file, one.line) for one in shop.rejects(summary)] == [("sales-2.csv", 2)]


def test_files_of_one_table_have_the_same_columns(tmp_path: Path) -> None:
    """A file with other columns than its neighbours is named, and nothing is appended."""
    (tmp_path / "sales-1.csv").write_text(shop.HEADER + ROWS)
    (tmp_path / "sales-2.csv").write_text(f"note,{shop.HEADER}")

    with pytest.raises(BadSource, match=r"sales-2\.csv: its columns are not those of the files before it: note, bill"):
        shop.import_checked(
            tmp_path, shop.mapping(**{"{name: sales,": '{name: sales, files: ["sales-*.csv"],'}), MemoryLog()
        )


def test_a_row_that_does_not_fit_its_types_or_repeats_a_key_is_rejected(tmp_path: Path) -> None:
    """``types`` and ``unique`` cost the row and not the import; of rows with one key the first one counts."""
    rows = "1,ann,2024-01-02,tea,many,1\n2,bob,2024-01-02,tea,1,1\n2,bob,2024-01-02,tea,1,1\n"
    using = shop.mapping(**{"{name: sales,": "{name: sales, types: {units: INTEGER}, unique: [bill, item],"})

    summary = shop.import_text(tmp_path / "sales.csv", shop.HEADER + rows, using=using)

    assert shop.reasons(summary) == [
        (2, "units is no INTEGER"),
        (4, "repeats bill, item of an earlier row: the first one counts"),
    ]


def test_a_time_means_the_same_on_every_machine(tmp_path: Path) -> None:
    """Where an expression leaves the zone out, it is UTC, and not that of the computer."""
    using = shop.mapping(shop.VISITS, **{"strptime(day, '%Y-%m-%d') AT TIME ZONE 'UTC'": "CAST(day AS TIMESTAMPTZ)"})
    log = MemoryLog()

    shop.import_text(tmp_path / "visits.csv", "who,day\nann,2024-01-02\n", using=using, log=log)

    assert [one.time.isoformat() for one in log.envelopes()] == ["2024-01-02T00:00:00+00:00"]


def test_reading_is_heard(tmp_path: Path) -> None:
    """Every stage tells how much of it is done, up to all of it."""
    heard: list[tuple[str, int, int]] = []
    path = tmp_path / "sales.csv.gz"
    path.write_bytes(PACKED)

    import_file(path, shop.mapping(), MemoryLog(), heard=lambda *step: heard.append(step))

    assert heard[-1] == ("appending", 2, 2)
    assert {("reading", len(PACKED), len(PACKED)), ("checking", 2, 2)} <= set(heard)
    assert all(0 <= done <= total for _, done, total in heard)
