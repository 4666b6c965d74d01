"""What can keep a connector from its work, each with a sentence for whoever reads it at night."""


class BadConnector(ValueError):
    """A connector file cannot be used, or its source is not as it says: ``file`` and ``place`` say where."""

    def __init__(self, file: str, place: str, reason: str) -> None:
        """Keep the parts; the message is ``file: place: reason``."""
        super().__init__(": ".join(part for part in (file, place, reason) if part))
        self.file = file
        self.place = place
        self.reason = reason


class SourceAway(RuntimeError):
    """The source does not answer; that may be over soon, and nothing is lost by asking again."""


class SourceChanged(RuntimeError):
    """The source is not the one that was followed, or lacks what is to be read next. Somebody has to decide."""
