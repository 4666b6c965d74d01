"""What is wrong, in sentences: a few of each kind, and how many more there are."""

MOST_OF_A_KIND = 5


class Findings:
    """Sentences by kind, in the order in which the kinds came up."""

    def __init__(self) -> None:
        """Begin with nothing found."""
        self._kinds: dict[str, list[str]] = {}

    def note(self, kind: str, sentence: str) -> None:
        """Take a sentence down."""
        self._kinds.setdefault(kind, []).append(sentence)

    def count(self, kind: str) -> int:
        """Return how often a kind came up."""
        return len(self._kinds.get(kind, ()))

    def sentences(self) -> list[str]:
        """Return what to tell."""
        told = []
        for kind, sentences in self._kinds.items():
            told += sentences[:MOST_OF_A_KIND]
            if more := len(sentences) - MOST_OF_A_KIND:
                told += [f"{kind}: {more} more like these"] if more > 0 else []
        return told
