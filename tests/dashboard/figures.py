"""Reads the figures of a page: what each is called, and where its links, or those of its row, lead."""

from html.parser import HTMLParser
from typing import NamedTuple

from tests.dashboard.reading import EMPTY_ELEMENTS

MARK = "data-figure"
"""Every element that shows a figure has it: what the figure is called."""


class Figure(NamedTuple):
    """A figure, with where it leads itself, and where else its row does."""

    name: str
    own: list[str]
    of_row: list[str]

    @property
    def ways(self) -> list[str]:
        """Where it leads, the nearest first."""
        return self.own or self.of_row


SHOWN_AS = {"figure-value", "num", "tab-count"}
"""Classes of what shows a figure."""
UNMARKED = "not marked as a figure"
TABLE_PARTS = {"td", "p"}


def figures(source: str) -> list[Figure]:
    """Return the figures of a page; what looks like one in a table or a box, and is not marked, leads nowhere."""
    parser = _Parser()
    parser.feed(source)
    parser.close()
    return parser.found


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Figure] = []
        self._open: list[str] = []
        self._figures: list[tuple[int, Figure]] = []
        self._row: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "tr":
            self._row = []
        if tag not in EMPTY_ELEMENTS:
            self._open.append(tag)
        if MARK in said:
            figure = Figure(said[MARK] or "", [], self._row if "tr" in self._open else [])
            self.found.append(figure)
            self._figures.append((len(self._open), figure))
        elif SHOWN_AS & set((said.get("class") or "").split()) and tag in TABLE_PARTS and not self._figures:
            self.found.append(Figure(f"{UNMARKED}, in <{tag}>", [], []))
        if tag == "a" and said.get("href"):
            self._row.append(said["href"] or "")
            for _, figure in self._figures:
                figure.own.append(said["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        while tag in self._open and self._open.pop() != tag:
            pass
        self._figures = [each for each in self._figures if each[0] <= len(self._open)]
