"""The fingerprint: a declaration that would fill its table differently needs a new version."""

import pytest

from events.catalog.searches import SearchPerformed
from events.envelope import Envelope
from projections._engine.columns import Key, Max, Sum
from projections._engine.declaration import Projection, Row, folds
from projections._engine.errors import DeclarationChanged
from tests.contracts.memory_log import MemoryLog
from tests.projections.engine.oracle import held
from tests.projections.engine.tables import Connect, live_tables, opened, pump
from tests.projections.engine.tally import searches


def counted() -> Projection:
    """Return the declaration that the others are compared with."""

    class Counted(Projection, version=1):
        """Counts."""

        subject: Key[str]
        searches: Sum

        @folds(SearchPerformed)
        def search(self, _event: SearchPerformed, envelope: Envelope) -> Row:
            """Count one."""
            return self.row(envelope.subject, searches=1)

    return Counted()


def explained() -> Projection:
    """Return the same with other comments, docstrings and layout."""

    class Counted(Projection, version=1):
        """Counts, as everybody knows."""

        subject: Key[str]
        searches: Sum

        @folds(SearchPerformed)
        def search(self, _event: SearchPerformed, envelope: Envelope) -> Row:
            """Count every search as one."""
            # Nobody searches half a time.
            return self.row(
                envelope.subject,
                searches=1,  # so one it is
            )

    return Counted()


def doubled(version: int = 1) -> Projection:
    """Return the same with a fold that says something else."""

    class Counted(Projection, version=version):
        """Counts."""

        subject: Key[str]
        searches: Sum

        @folds(SearchPerformed)
        def search(self, _event: SearchPerformed, envelope: Envelope) -> Row:
            """Count two."""
            return self.row(envelope.subject, searches=2)

    return Counted()


def merged_otherwise() -> Projection:
    """Return the same with another merge."""

    class Counted(Projection, version=1):
        """Counts."""

        subject: Key[str]
        searches: Max[int]

        @folds(SearchPerformed)
        def search(self, _event: SearchPerformed, envelope: Envelope) -> Row:
            """Count one."""
            return self.row(envelope.subject, searches=1)

    return Counted()


@pytest.mark.parametrize("changed", [doubled, merged_otherwise])
def test_a_changed_declaration_refuses_to_start_and_changes_nothing(
    connect: Connect, changed: type[Projection]
) -> None:
    """The sentence says which projection it is and what to do."""
    log = MemoryLog()
    log.append(searches(3))
    with connect() as connection:
        pump(log, connect, [counted()])
        (table,) = opened(connection, log, [counted()])
        before = held(connection, table)

        with pytest.raises(DeclarationChanged, match=r"counted v1 .* raise its version"):
            pump(log, connect, [changed()])

        assert held(connection, table) == before
        assert [each.name for each in opened(connection, log, [counted()])] == [table.name]


def test_comments_and_layout_are_no_change(connect: Connect) -> None:
    """The live table serves on."""
    log = MemoryLog()
    with connect() as connection:
        (table,) = live_tables(connection, log, [counted()])

        (again,) = opened(connection, log, [explained()])

        assert (again.name, again.live) == (table.name, True)


def test_a_changed_declaration_with_a_new_version_is_built_beside(connect: Connect) -> None:
    """A table of its own, which is not live yet."""
    log = MemoryLog()
    with connect() as connection:
        (table,) = live_tables(connection, log, [counted()])

        (beside,) = opened(connection, log, [doubled(version=2)])

        assert (table.name, beside.name, beside.live) == ("counted_v1_g1", "counted_v2_g1", False)


def test_a_table_that_was_never_live_may_change(connect: Connect) -> None:
    """Nobody has seen it, so the changed declaration gets another one, and the first goes when that becomes live."""
    log = MemoryLog()
    log.append(searches(3))
    with connect() as connection:
        (first,) = opened(connection, log, [counted()])

        pump(log, connect, [doubled()])

        (second,) = opened(connection, log, [doubled()])
        assert (first.name, second.name, second.live) == ("counted_v1_g1", "counted_v1_g2", True)
        assert connection.execute("SELECT to_regclass('projection.counted_v1_g1')").fetchone() == (None,)
