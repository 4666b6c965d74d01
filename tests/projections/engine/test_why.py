"""Why: the events behind a figure, where they lie, and the figure computed again from them alone."""

from random import Random

import pytest

from events.catalog.searches import SearchPerformed
from events.catalog.visits import PageViewed
from events.log.postgres import Journal
from projections import PROJECTIONS
from projections._engine.as_of import as_of
from projections._engine.declaration import Projection
from projections._engine.why import UnknownFigure, compared, explain, figures
from tests.laws.histories import CODEC, history
from tests.laws.sampler import FOLDED
from tests.projections.engine.tables import Connect, pump
from tests.projections.shop import Shop


@pytest.mark.parametrize(
    "projection", [each for each in FOLDED if each.personal and not each.graph], ids=lambda each: each.name
)
def test_every_figure_comes_out_again_from_the_events_behind_it(
    connect: Connect, journal: Journal, projection: Projection
) -> None:
    """For every customer and every row: what the contributions come to is what the view of persons shows."""
    journal.append(history(Random(projection.name), projection, 120))
    projections = [*PROJECTIONS, *({projection} - set(PROJECTIONS))]
    pump(journal, connect, projections)
    with connect() as connection:
        for subject in ("customer:1", "customer:É", "visitor:a"):
            past = as_of(connection, projections, subject)
            for figure in figures([projection]):
                explanation = explain(projections, past, figure)

                for row in compared(connection, projections, past.person, explanation):
                    assert row.computed == row.stored, (figure, row.key)
                for contribution in explanation.contributions:
                    record = contribution.fact.record
                    assert journal.records(record.partition, record.offset, 1)[0].value == record.value
                    assert CODEC.decode(record.value) == contribution.fact.envelope


def test_only_the_events_that_touch_a_figure_are_behind_it(shop: Shop) -> None:
    """A search is no page view; a figure that nothing touched has no events."""
    shop.tell(SearchPerformed(query="kettle", result_count=0), PageViewed(page="/"), PageViewed(page="/sale"))
    past = as_of(shop.catch_up(), PROJECTIONS, "customer:1")

    searches, visits, orders = (
        explain(PROJECTIONS, past, f"profile.{name}") for name in ("searches", "visits", "orders")
    )

    assert [len(each.contributions) for each in (searches, visits, orders)] == [1, 2, 0]
    assert searches.values == [{"subject": "customer:1", "searches": 1}]
    assert visits.values == [{"subject": "customer:1", "visits": 2}]
    assert [contribution.said for contribution in visits.contributions] == [[1], [1]]
    assert orders.values == []


def test_an_unknown_figure_gets_the_names_of_those_there_are(shop: Shop) -> None:
    """Of the projections of persons, column by column."""
    past = as_of(shop.catch_up(), PROJECTIONS, "customer:1")

    with pytest.raises(UnknownFigure, match=r"no figure 'profile\.shoes'; there are: .*purchases\.spend_minor"):
        explain(PROJECTIONS, past, "profile.shoes")
    with pytest.raises(UnknownFigure):
        explain(PROJECTIONS, past, "product_pairs.baskets")
    assert "visits.entered" in figures(PROJECTIONS)
