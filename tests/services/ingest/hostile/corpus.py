"""What nobody should send: broken JSON, values of the wrong kind, and texts that mean something to some machine."""

import json
from base64 import b64encode
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

Path = tuple[str | int, ...]

MESSAGE = (
    b'{"type":"track","messageId":"m","userId":"42","event":"Products Searched",'
    b'"timestamp":"2026-03-01T10:00:00Z","properties":{"query":%s,"results_count":0}}'
)
DEEP = 100_000


def _in_message(value: bytes) -> bytes:
    return MESSAGE.replace(b"%s", value)


BROKEN: dict[str, bytes] = {
    "nothing": b"",
    "white space": b" \r\n\t ",
    "a word": b"kettle",
    "half an object": _in_message(b'"x"')[:-20],
    "half a string": b'{"query": "kett',
    "half a character": '{"query": "caf\u00e9'.encode()[:-1],
    "Latin-1": _in_message(b'"caf\xe9"'),
    "UTF-16": '{"type": "track"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + _in_message(b'"x"'),
    "overlong UTF-8": _in_message(b'"\xc0\xaf"'),
    "a surrogate in UTF-8": _in_message(b'"\xed\xa0\x80"'),
    "half a surrogate pair": _in_message(b'"\\ud83d"'),
    "the other half": _in_message(b'"\\udc00x"'),
    "U+0000": _in_message(b'"a\\u0000b"'),
    "a raw NUL": _in_message(b'"a\x00b"'),
    "a raw line break": _in_message(b'"a\nb"'),
    "a bad escape": _in_message(b'"\\x41"'),
    "NaN": _in_message(b"NaN"),
    "Infinity": _in_message(b"-Infinity"),
    "1e999": _in_message(b"1e999"),
    "400 digits": _in_message(b"9" * 400),
    "6000 digits": _in_message(b"9" * 6000),
    "400 decimals": _in_message(b"0." + b"1" * 400),
    "01": _in_message(b"01"),
    "a hundred deep": _in_message(b"[" * 100 + b"]" * 100),
    "a thousand deep": _in_message(b'{"a":' * 990 + b"1" + b"}" * 990),
    "a hundred thousand deep": b"[" * DEEP + b"]" * DEEP,
    "objects without end": b'{"a":' * 50_000,
    "the same key twice": _in_message(b'"x","query":7'),
    "an id twice": b'{"messageId":"a","messageId":["b"],"type":"track","type":null,"userId":"1","event":"e"}',
    "a trailing comma": _in_message(b'"x",'),
    "a comment": b"/* kettle */" + _in_message(b'"x"'),
    "single quotes": b"{'type': 'track'}",
    "two documents": _in_message(b'"x"') * 2,
    "a number": b"7",
    "a string": b'"track"',
    "null": b"null",
    "true": b"true",
    "a list": b"[]",
    "lists in lists": b"[[[]],[{}],[null]]",
    "an empty object": b"{}",
    "an object of the wrong kind": b'{"batch":{"0":1},"data":[],"type":{}}',
    "a batch in a batch": b'{"batch":[{"batch":[{"type":"track"}]}]}',
    "a batch of anything": b'{"batch":[null,true,7,"x",[],{},[[]],1e3,{"type":[]},{"type":"track"}]}',
    "a prototype": b'{"__proto__":{"admin":true},"constructor":{"prototype":{}},"type":"track","userId":"1"}',
    "base64 that is none": b'{"id":"a","data_base64":"%%%"}',
    "base64 of no JSON": b'{"id":"a","data_base64":"/w=="}',
    "base64 of a deep list": b'{"id":"a","data_base64":"' + b64encode(b"[" * 5000 + b"]" * 5000) + b'"}',
    "base64 beside Latin-1": b'{"id":"a","data_base64":"e30=","ext":"\xe9"}',
    "base64 beside a deep list": b'{"id":"a","data_base64":"e30=","ext":' + b"[" * 990 + b"]" * 990 + b"}",
    "numbers as keys": b'{"1":2,"":3," ":4,"\\u0000":5}',
}
"""What is no message, by what is wrong with it; some of it is JSON all the same."""

WRONG: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    1e300,
    10**30,
    "",
    " ",
    "x" * 600,
    "a\0b",
    "2026-13-45T99:99:99Z",
    [],
    [None, [[]]],
    {},
    {"a": {"b": [1]}},
]
"""Values, one of every kind and at every edge. In most fields they are wrong, and in some they are fine."""

INJECTIONS = [
    "'; DROP TABLE journal.event; --",
    "1' OR '1'='1' UNION SELECT digest FROM ingest.key --",
    "$$; SELECT pg_sleep(60); $$",
    "\\'; COPY ingest.key TO PROGRAM 'sh'; --",
    "%s %(name)s {} {0} {name!r} %n%n",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>&lt;&amp;',
    "javascript:alert(1)",
    "{{ 7 * 7 }}${7*7}#{7*7}<%= 7 * 7 %>",
    "${jndi:ldap://127.0.0.1/a}",
    "kettle\r\nERROR regulars.ingest: all is lost\r\n",
    "\x1b[2J\x1b]0;title\x07\x08\x7f",
    "..%2f..%2fetc%2fpasswd ..\\..\\boot.ini",
    "| cat /etc/passwd; `id` $(id) &",
    "=cmd|' /C calc'!A0",
    "*)(uid=*))(|(uid=*",
    '{"$ne": null}',
    "\u202eelttek\u202c \u200b\ufeff\u00a0",
    "e\u0301 \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001fa91",
    "\ufffd \uffff \u2028 \u0085",
]
"""Texts that do something where somebody takes them for more than texts."""


def texts(document: Any, path: Path = ()) -> Iterator[Path]:  # noqa: ANN401 - JSON
    """Return the place of every text in a document."""
    yield from (at for at, value in places(document, path) if isinstance(value, str))


def places(document: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:  # noqa: ANN401 - JSON
    """Return every place in a document with what stands there, from the outside in."""
    if path:
        yield path, document
    members = (
        document.items() if isinstance(document, dict) else enumerate(document if isinstance(document, list) else ())
    )
    for name, value in members:
        yield from places(value, (*path, name))


def replaced(document: Any, path: Path, value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a copy of a document with another value at a place."""
    copy = deepcopy(document)
    inner = copy
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return copy


def without(document: Any, path: Path) -> Any:  # noqa: ANN401 - JSON
    """Return a copy of a document that lacks what stood at a place."""
    copy = deepcopy(document)
    inner = copy
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return copy


def dumped(document: Any) -> bytes:  # noqa: ANN401 - JSON
    """Return a document as JSON, written as most libraries do."""
    return json.dumps(document).encode()
