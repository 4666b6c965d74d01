"""``regulars import``: a file by a mapping that is shipped, or one's own."""

from pathlib import Path

import pytest

from tests.conftest import Connect
from tests.services.cli.conftest import Regulars

ORDERS = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE LANTERN,6,2010-12-01 08:26:00,2.55,17850,United Kingdom
536365,71053,METAL LANTERN,6,2010-12-01 08:26:00,3.39,17850,United Kingdom
536366,22633,HAND WARMER,6,2010-12-01 08:28:00,1.85,17850,United Kingdom
536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom
"""

MAPPING = """
name: shop
source: shop
tables: [{name: asked, columns: [asked_at, who, words]}]
events:
  - type: regulars.search.performed.v2
    subject: "'customer:' || who"
    time: CAST(asked_at AS TIMESTAMPTZ)
    data: {query: words, result_count: 0}
"""


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """Return a file of two orders of one new customer, and a line that is no sale."""
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    return path


def test_a_file_is_imported_and_projected(regulars: Regulars, orders: Path, connect: Connect) -> None:
    """The summary accounts for every row; the exit code says that one was rejected, and the file says why."""
    ran = regulars("import", str(orders), "--as", "online-retail", "--json")

    document = ran.document
    spent = connect().execute("SELECT sum(spend_minor), sum(orders) FROM projection.purchases").fetchall()
    assert ran.exit_code == 3
    assert (document["rows"], document["rows_in_events"], document["rejected"], document["imported"]) == (4, 3, 1, 3)
    assert document["rejects_path"] == f"{orders}.rejects.jsonl"
    assert '"line":5' in Path(document["rejects_path"]).read_text(encoding="utf-8")
    assert spent == [(6 * (255 + 339 + 185), 2)]


def test_importing_twice_adds_nothing(regulars: Regulars, orders: Path, connect: Connect) -> None:
    """The second time everything is a duplicate."""
    regulars("import", str(orders), "--as", "online-retail")

    document = regulars("import", str(orders), "--as", "online-retail", "--json").document

    held = connect().execute("SELECT count(*) FROM journal.event").fetchall()
    assert (document["imported"], document["duplicate"], held) == (0, 3, [(3,)])


def test_rejects_go_where_one_says(regulars: Regulars, orders: Path, tmp_path: Path) -> None:
    """--rejects names the file, and the summary repeats it."""
    elsewhere = tmp_path / "elsewhere.jsonl"

    ran = regulars("import", str(orders), "--as", "online-retail", "--rejects", str(elsewhere))

    assert (ran.exit_code, elsewhere.exists(), Path(f"{orders}.rejects.jsonl").exists()) == (3, True, False)
    assert f"See {elsewhere}" in ran.out
    assert "1 x A line without customer and price" in ran.out


def test_ones_own_mapping_is_a_file(regulars: Regulars, tmp_path: Path) -> None:
    """A few lines of YAML say what the rows mean; a file without a bad row ends with 0."""
    (tmp_path / "searches.csv").write_text("asked_at,who,words\n2026-03-01T10:00:00Z,ann,kettle\n", encoding="utf-8")
    (tmp_path / "searches.yaml").write_text(MAPPING, encoding="utf-8")

    ran = regulars(
        "import", str(tmp_path / "searches.csv"), "--mapping", str(tmp_path / "searches.yaml"), "--no-project"
    )

    assert (ran.exit_code, ran.err) == (0, "")
    assert ran.out.startswith("1 row came to 1 event\n  imported             1\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Say what the rows mean, with one of --as online-retail|cdnow|olist|groceries and --mapping FILE.yaml."),
        (("--as", "cdnow", "--mapping", "my.yaml"), "Say what the rows mean, with one of --as"),
        (("--as", "nothing"), "nothing: is no mapping that is shipped; those are online-retail"),
        (("--mapping", "/missing.yaml"), "/missing.yaml: cannot be read: No such file or directory"),
    ],
)
def test_a_mapping_must_be_named(
    regulars: Regulars, orders: Path, connect: Connect, arguments: tuple[str, ...], sentence: str
) -> None:
    """One of those that are shipped, or a file that can be read; otherwise nothing is imported."""
    ran = regulars("import", str(orders), *arguments)

    assert (ran.exit_code, ran.out) == (2, "")
    assert ran.err.startswith(f"regulars: {sentence}")
    assert connect().execute("SELECT count(*) FROM journal.event").fetchall() == [(0,)]


def test_a_file_that_cannot_be_read_whole_imports_nothing(regulars: Regulars, tmp_path: Path, connect: Connect) -> None:
    """A file that was cut off is refused in one sentence."""
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(b"\x1f\x8b\x08\x00cut")

    ran, missing = (regulars("import", str(each), "--as", "online-retail") for each in (path, tmp_path / "missing.csv"))

    assert (ran.exit_code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert (missing.exit_code, missing.err) == (2, f"regulars: {tmp_path / 'missing.csv'} does not exist.\n")
    assert connect().execute("SELECT count(*) FROM journal.event").fetchall() == [(0,)]
