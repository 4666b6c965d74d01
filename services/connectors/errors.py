"""Why an import was refused, each in one sentence. A refused import has appended nothing."""


class ImportRefused(ValueError):
    """The import cannot be done; the message says why, and nothing was appended."""


class BadMapping(ImportRefused):
    """A mapping cannot be used: ``file`` and ``field`` say where, the message says why."""

    def __init__(self, file: str, field: str, reason: str) -> None:
        """Keep the parts; the message is ``file: field: reason``."""
        super().__init__(f"{file}: {field}: {reason}" if field else f"{file}: {reason}")
        self.file = file
        self.field = field
        self.reason = reason


class BadSource(ImportRefused):
    """A file cannot be read whole: it is missing, cut off, damaged, or of another kind than the mapping says."""
