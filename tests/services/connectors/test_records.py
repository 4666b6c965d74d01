"""Records: every row knows its line, and what is malformed costs its neighbours nothing."""

import csv
from io import StringIO

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.connectors.mapping import Table
from services.connectors.records import MAX_RECORD_CHARACTERS, Lines, Malformed, Record, records

CSV = Table(name="sales")


def cut(text: str, table: Table = CSV) -> list[Record | Malformed]:
    """Return the records of a text whose line ends are kept."""
    return list(records(Lines(StringIO(text, newline="")), table))


def lines_of(text: str, table: Table = CSV) -> list[int]:
    """Return the line of each record."""
    return [one.line for one in cut(text, table)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_row_has_the_number_of_its_first_line(end: str) -> None:
    """Lines inside quotes and blank lines are counted; a blank line is no row."""
    text = end.join(["id,text", "1,plain", '2,"two', 'lines, and ""quotes"""', "", "3,after", ""])

    found = cut(text)

    assert [one.line for one in found] == [1, 2, 3, 6]
    assert found[2] == Record(3, ["2", f'two{end}lines, and "quotes"'])


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8), min_size=2, max_size=2),
        max_size=20,
    )
)
def test_any_row_that_a_writer_of_csv_wrote_comes_back(rows: list[list[str]]) -> None:
    """Whatever the fields hold: each row comes back as it was, with the line on which its writer began it."""
    file = StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
    starts: list[int] = []
    for row in rows:
        starts.append(len(file.getvalue().replace("\r\n", "\n").replace("\r", "\n").split("\n")))
        writer.writerow(row)

    found = cut(file.getvalue())

    assert found == [Record(start, row) for start, row in zip(starts, rows, strict=True)]


def test_a_quote_that_is_never_closed_costs_one_line() -> None:
    """Only the line on which it is opened is rejected, and the lines that it had swallowed are read again."""
    text = 'a,b\n1,"open\n2,two\n3,three\n'

    found = cut(text)

    assert found[1] == Malformed(2, "a quote is opened and never closed", '1,"open')
    assert found[2:] == [Record(3, ["2", "two"]), Record(4, ["3", "three"])]


def test_text_after_a_closing_quote_is_malformed() -> None:
    """It is not guessed what a half quoted field was meant to be; the next line is read as ever."""
    found = cut('1,"tea"pot\n2,"a\nb"c\n3,fine\n')

    assert found == [
        Malformed(1, "text follows a closing quote", '1,"tea"pot'),
        Malformed(2, "text follows a closing quote", '2,"a'),
        Record(3, ['b"c']),
        Record(4, ["3", "fine"]),
    ]


def test_a_character_that_is_none_is_named() -> None:
    """A byte that is no text, and U+0000, reject their row; the row is shown with the byte in hexadecimal."""
    found = cut("1,caf\udce9\n2,caf\u00e9\n3,a\0b\n")

    assert found == [
        Malformed(1, "byte 0xe9 is not text in the file's encoding", "1,caf\\xe9"),
        Record(2, ["2", "caf\u00e9"]),
        Malformed(3, "holds the character U+0000, which no text may", "3,a\0b"),
    ]


def test_what_is_too_long_for_an_event_is_rejected() -> None:
    """A field of a CSV, and a line of any kind, has a length that is known before it is read into a database."""
    field, line = "x" * (csv.field_size_limit() + 1), "x" * MAX_RECORD_CHARACTERS

    found = [*cut(f"{field},1\nfine,2\n"), *cut(f"{line}y\nfine\n", Table(name="baskets", format="lines"))]

    assert [(one.line, getattr(one, "reason", "")) for one in found] == [
        (1, "a field is longer than 131,072 characters"),
        (2, ""),
        (1, "is 524,290 characters long; the most is 524,288"),
        (2, ""),
    ]


def test_without_a_quote_character_a_quote_is_a_letter() -> None:
    """Files that never quote may hold a single quote sign."""
    found = cut('5" pot;1\n', Table(name="sales", delimiter=";", quote=""))

    assert found == [Record(1, ['5" pot', "1"])]


def test_blanks_of_any_number_part_columns() -> None:
    """``whitespace`` takes columns that are laid out with blanks and tabs; a line of blanks is no row."""
    found = cut(" 004  1 \t 29.33\r\n   \r\n005 2 1\n", Table(name="sales", delimiter="whitespace"))

    assert found == [Record(1, ["004", "1", "29.33"]), Record(3, ["005", "2", "1"])]


def test_a_line_is_taken_as_it_is() -> None:
    """The format ``lines`` keeps everything but the end of the line."""
    assert cut(' a, "b \r\n\nc', Table(name="baskets", format="lines")) == [Record(1, [' a, "b ']), Record(3, ["c"])]


def test_a_json_line_keeps_its_numbers_as_they_are_written() -> None:
    """Texts lose their quotes, null and what is missing are NULL, and anything else is the JSON that was written."""
    table = Table(name="sales", format="jsonl", columns=["a", "b", "c", "d", "e"])

    found = cut('{"a": 0.10, "b": "\\u00e9\\n", "c": null, "e": {"x": [1.0]}, "f": 1}\n', table)

    assert found == [Record(1, ["0.10", "é\n", None, None, '{"x": [1.0]}'])]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{bad", "is not a JSON object: JSON is malformed"),
        ("[1]", "is not a JSON object: Expected `object`, got `array`"),
        ('{"a": NaN}', "is not a JSON object: JSON is malformed"),
        ('{"a": "\\ud800"}', "is not a JSON object: "),
        ('{"a": "\\u0000"}', "holds the character U+0000"),
    ],
)
def test_a_json_line_that_is_none_is_rejected_alone(line: str, says: str) -> None:
    """A malformed line is rejected with its number, and the line after it is read."""
    bad, good = cut(f'{line}\n{{"a": "1"}}\n', Table(name="sales", format="jsonl", columns=["a"]))

    assert isinstance(bad, Malformed)
    assert (bad.line, bad.text) == (1, line)
    assert bad.reason.startswith(says)
    assert good == Record(2, ["1"])


def test_lines_taken_back_are_counted_once() -> None:
    """However often quotes fail, the numbers of the lines stay those of the file."""
    text = "".join(f'{number},"x\n' for number in range(1, 6)) + "6,y\n"

    assert lines_of(text) == [1, 2, 3, 4, 5, 6]
    assert msgspec.json.encode(cut(text)[-1]) == b'[6,["6","y"]]'
