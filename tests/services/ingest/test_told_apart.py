"""One member of a list that is no JSON does not take the others with it."""

import msgspec
import pytest

from services.ingest.told_apart import mended, told_apart

DECODER = msgspec.json.Decoder(list[msgspec.Raw])


def apart(body: bytes) -> list[bytes]:
    """Return the members of a list."""
    return [bytes(member) for member in told_apart(body, DECODER.decode, list)[1]]


@pytest.mark.parametrize(
    "member",
    [
        b'{"a":"cut in an emoji \\ud83d"}',
        b'{"a":"\\udc00 and \\ud83e\\ude91"}',
        b'{"a":NaN,"b":[-Infinity,Infinity]}',
        b'{"a":"a raw\nline\tand \x00"}',
        b'{"a":"\\x41 \\u12 \\"}"}',
        b'{"a":"a backslash \\\\","b":"NaN \\\\ud83d"}',
    ],
)
def test_each_is_as_it_came(member: bytes) -> None:
    """Byte for byte, and its neighbours too."""
    body = b'[{"n":1}, ' + member + b' ,{"n":"2"},' + member + b"]"

    assert apart(body) == [b'{"n":1}', member, b'{"n":"2"}', member]


@pytest.mark.parametrize("body", [b"[1,", b'[{"a":"}]', b"[1 2]", b"[nan]", b"[,]"])
def test_a_broken_structure_is_not_guessed_at(body: bytes) -> None:
    """Where members cannot be told apart, it says what is wrong."""
    with pytest.raises(msgspec.DecodeError):
        apart(body)


def test_what_is_json_stays_the_same_json() -> None:
    """The copy has the same length and the same members, whatever their texts say."""
    body = msgspec.json.encode([{"a": 'NaN \\ " \n \U0001fa91 é'}, ["\\u0041"], "x"])

    assert len(mended(body)) == len(body)
    assert apart(body) == [bytes(raw) for raw in DECODER.decode(body)]
