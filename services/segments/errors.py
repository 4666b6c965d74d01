"""What can be wrong with a rule, and with what is said of a segment."""


class BadRule(ValueError):
    """A rule that cannot be read; the message is a sentence that names the place."""

    def __init__(self, sentence: str, place: int) -> None:
        """Keep the place beside the sentence: the number of characters before it."""
        super().__init__(f"at character {place + 1}: {sentence}")
        self.place = place


class BadSegment(ValueError):
    """A segment that cannot be defined, shown or refreshed; the message is a sentence."""
