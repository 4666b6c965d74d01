"""Offset vectors as text: what is written is read again, and what is none is refused in a sentence."""

import pytest

from events.log.vectors import parsed, written


def test_what_is_written_is_read_again() -> None:
    """By partition, whatever order they come in."""
    text = written({3: 17, 0: 120})

    assert (text, parsed(text)) == ("0:120,3:17", {0: 120, 3: 17})


@pytest.mark.parametrize("text", ["", "0", "0:", "0:1,", "0:-1", "\u0660:\u0661", "0:1;1:2", f"0:{'9' * 30}"])
def test_what_is_no_vector_is_refused(text: str) -> None:
    """It says how one is written."""
    with pytest.raises(ValueError, match="write them like 0:120,3:17"):
        parsed(text)
