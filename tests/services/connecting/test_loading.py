"""A connector file is checked before its source is asked, and a mistake is named with its place."""

from pathlib import Path

import pytest

from services.connecting.errors import BadConnector
from services.connecting.loading import dsn_of, load_connector, mapping_of, translation_of, translator_of
from services.connectors.errors import BadMapping
from services.translation.errors import BadTranslation
from tests.services.connecting.calls import TRANSLATION, calls, connector

OUTSIDE = Path("..", "*.csv").as_posix()
FOLDER = "name: tills\ndirectory: {path: tills, pattern: '*.csv', mapping: cdnow}\n"
TOPIC = "name: crm\nsource: crm\ntranslation: stripe\ndebezium: {topic: crm.public.customers}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: [", "calls.yaml: line 1: is not valid YAML: "),
        ("name: a\nname: b", "calls.yaml: line 2: is not valid YAML: name stands there twice"),
        ("- name", "calls.yaml: expected `object`, got `array`"),
        ("name: Calls\nsource: a", "calls.yaml: name: expected `str` matching regex"),
        (TOPIC.replace("topic", "topics"), "calls.yaml: debezium.topics: is not a key of a connector"),
        (TOPIC.replace("topic: crm.public.customers", "group: a"), "calls.yaml: debezium.topic: is missing"),
        (calls("host=a", batch="many"), "calls.yaml: postgres.batch: expected `int`, got `str`"),
        (calls("host=a", cursor="[a, b, c]"), "calls.yaml: postgres.cursor: expected `array` of length"),
        ("name: calls\nsource: a", "calls.yaml: says nothing of what is followed: write one of postgres, debezium"),
        (FOLDER + "debezium: {topic: a}", "calls.yaml: says debezium and directory: write one of postgres"),
        (TOPIC.replace("source: crm\n", ""), "calls.yaml: source: is missing"),
        (
            TOPIC.replace("translation: stripe\n", ""),
            "calls.yaml: translation: is missing: it says what",
        ),
        (FOLDER + "translation: stripe", "calls.yaml: translation: is not for a directory"),
        (FOLDER.replace("*.csv", OUTSIDE), f"calls.yaml: directory.pattern: {OUTSIDE} leads out of the directory"),
        (
            calls("host=a", dsn_env="CRM"),
            "calls.yaml: postgres: says where the database is with one of",
        ),
        (calls("host=a", query="SELECT 1"), "calls.yaml: postgres: says what is read with one of table and query"),
        (calls("host=a", cursor="[id, id]"), "calls.yaml: postgres.cursor: names id twice"),
        (calls("host=a", timezone="Berlin"), "calls.yaml: postgres.timezone: Berlin is no time zone"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, message: str) -> None:
    """One sentence names the file and the key."""
    with pytest.raises(BadConnector) as refused:
        connector(text)

    assert str(refused.value).startswith(message)


def test_a_date_that_is_not_quoted_stays_as_it_was_written() -> None:
    """YAML would read it as an instant, and take a zone that nobody wrote."""
    read = connector(calls("host=a", start="2026-03-01 10:00:00"))

    assert read.postgres is not None
    assert read.postgres.start == "2026-03-01 10:00:00"


def test_a_secret_may_stand_in_the_environment() -> None:
    """The file names the variable then; without it there is a sentence, in which no DSN is repeated."""
    read = connector(calls("CRM_DSN").replace("dsn:", "dsn_env:"))

    assert dsn_of(read, {"CRM_DSN": "host=a password=secret"}) == "host=a password=secret"
    with pytest.raises(BadConnector, match=r"postgres\.dsn_env: the environment variable CRM_DSN is not set"):
        dsn_of(read, {})
    with pytest.raises(BadConnector, match=r"calls.yaml: postgres.dsn_env: is not a DSN: write it like [^=]*$"):
        dsn_of(read, {"CRM_DSN": "hostess=a password=secret"})


def test_a_translation_is_shipped_a_file_or_stands_in_place(tmp_path: Path) -> None:
    """A file is as seen from the connector's own; ``on`` is a word, as in a file of its own."""
    inner = "\n".join(line.removeprefix("  ") for line in TRANSLATION.splitlines())
    (tmp_path / "calls.yaml").write_text(inner, encoding="utf-8")
    file = tmp_path / "connector.yaml"
    named = "name: a\nsource: a\ndebezium: {topic: a}\ntranslation: "

    in_place = translation_of(connector(calls("host=a")))
    as_text = translation_of(connector(named + "|" + TRANSLATION))
    of_file = translation_of(connector(named + "calls.yaml", str(file)))
    of_ours = translation_of(connector(named + "shopify"))

    assert in_place.events == as_text.events == of_file.events
    assert (in_place.name, of_file.file, of_ours.name) == ("calls", str(tmp_path / "calls.yaml"), "shopify")


def test_a_bad_translation_names_its_own_place(tmp_path: Path) -> None:
    """Where it stands in the connector, that is said; where it is missing, what is shipped."""
    with pytest.raises(BadTranslation, match=r"calls.yaml: translation: events\[0\].type: .* did you mean"):
        translator_of(connector(calls("host=a").replace("received.v1", "receved.v1")))
    with pytest.raises(BadConnector, match=r"translation: crm\.yaml cannot be read .* those are segment, shopify"):
        translator_of(connector(TOPIC.replace("stripe", "crm.yaml"), str(tmp_path / "crm.yaml")))


def test_a_mapping_reads_one_file_at_a_time() -> None:
    """One that joins several cannot be followed; and what a mapping says of the source is not said otherwise."""
    assert mapping_of(connector(FOLDER)).name == "cdnow"
    with pytest.raises(BadConnector, match=r"directory.mapping: olist needs several files at once \(order_items"):
        mapping_of(connector(FOLDER.replace("cdnow", "olist")))
    with pytest.raises(BadConnector, match="source: is shop, and cdnow says cdnow"):
        mapping_of(connector(FOLDER + "source: shop"))
    with pytest.raises(BadMapping, match=r"sales\.yaml: cannot be read"):
        mapping_of(connector(FOLDER.replace("cdnow", "sales.yaml")))


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    """Whatever keeps it from being read."""
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("name: café".encode("latin-1"))

    with pytest.raises(BadConnector, match=r"there\.yaml: cannot be read: No such file"):
        load_connector(tmp_path / "there.yaml")
    with pytest.raises(BadConnector, match=r"latin\.yaml: is not text in UTF-8"):
        load_connector(latin)
