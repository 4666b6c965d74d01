"""``regulars bench reactions``: one worker answers everything that was signalled, by the reactions that there are."""

from contextlib import closing

from services.benchmark.reactions import measure_answers
from services.installation import Installation


def test_a_worker_answers_everything_that_is_signalled(database: str) -> None:
    """Each complaint opens its task; of four in ten events."""
    with closing(Installation(database)) as installation:
        answered = measure_answers(installation, lambda *_: None, 40)

    assert answered.kinds["complaint_opened"] == answered.tasks == 16
    assert answered.signals == sum(answered.kinds.values())
    assert answered.outcomes["complaint_opened fired"] == 16
    assert [name for name in answered.outcomes if name.endswith("failed")] == []
