"""One section of a customer's page by itself, such as their dial or their visits, as it stands on the whole page."""

from collections.abc import Iterator
from typing import Any

from services.access.roles import Capability
from services.reports.customer import SECTIONS, page
from services.views.customer import CUSTOMER
from services.views.view import Document, NotFound, Past, Reading, Row, View


def answer(reading: Reading) -> Document:
    """Answer with one section of a customer's page under ``content``; any identifier of theirs will do.

    Where nothing is known of what a section tells, it is null or has no rows.
    """
    return {"section": reading.path["section"], "content": _content(reading), "tables": {}}


def rows(reading: Reading) -> Iterator[Row]:
    """Yield a section's rows; one that is but one thing is one row."""
    match _content(reading):
        case None:
            return
        case list(several):
            yield from several
        case one:
            yield one


def _content(reading: Reading) -> Any:  # noqa: ANN401 - each section has its own shape
    name = reading.path["section"]
    section = next((each for each in SECTIONS if each.name == name), None)
    if section is None:
        message = f"section: there is none called {name[:64]!r}; there are {', '.join(each.name for each in SECTIONS)}."
        raise NotFound(message)
    return page(reading.connection, reading.path["subject"], reading.now, [section])[name]


CUSTOMER_SECTION = View(
    name="customer_section",
    path="/customers/{subject}/{section}",
    title="A section of a customer's page",
    answer=answer,
    reads=CUSTOMER.reads,
    capability=Capability.PERSONAL,
    personal=True,
    past=Past.PERSON,
    rows=rows,
)
