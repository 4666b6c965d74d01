"""Reads a page as plain HTML: its title, its headings, its links, and what stands in it."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple

EMPTY_ELEMENTS = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
UNSEEN = frozenset({"script", "style", "template"})


class Element(NamedTuple):
    """An element: its name, its attributes, and all text within it."""

    name: str
    attributes: dict[str, str]
    text: str


class Html:
    """A page that was read."""

    def __init__(self, source: str) -> None:
        """Read a page."""
        self._parser = _Parser()
        self._parser.feed(source)
        self._parser.close()

    def all(self, name: str = "", **attributes: str) -> list[Element]:
        """Return the elements of a name, those whose ``class_`` has a word, or whose other attributes are as said."""
        return list(self._found(name, attributes))

    def texts(self, name: str, **attributes: str) -> list[str]:
        """Return the texts of such elements."""
        return [element.text for element in self.all(name, **attributes)]

    @property
    def text(self) -> str:
        """All text that is seen."""
        return self.all("html")[0].text

    @property
    def title(self) -> str:
        """The title."""
        return self.all("title")[0].text

    def _found(self, name: str, attributes: dict[str, str]) -> Iterator[Element]:
        word = attributes.pop("class_", "")
        for opened in self._parser.elements:
            element = Element(opened.name, opened.attributes, " ".join("".join(opened.said).split()))
            if name and element.name != name:
                continue
            if word and word not in element.attributes.get("class", "").split():
                continue
            if all(element.attributes.get(key.replace("_", "-")) == value for key, value in attributes.items()):
                yield element


class _Opened(NamedTuple):
    name: str
    attributes: dict[str, str]
    said: list[str]


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[_Opened] = []
        self._open: list[_Opened] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = _Opened(tag, {name: value or "" for name, value in attrs}, [])
        self.elements.append(element)
        if tag not in EMPTY_ELEMENTS:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if any(each.name == tag for each in self._open):
            while self._open.pop().name != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not any(each.name in UNSEEN for each in self._open):
            for each in self._open:
                each.said.append(data)


class Scripts:
    """The data that a page gives its charts: ``json`` is the text of each script element that holds some."""

    def __init__(self, source: str) -> None:
        """Read a page."""
        pieces = source.split('<script type="application/json">')[1:]
        self.json = [piece.partition("</script>")[0] for piece in pieces]
