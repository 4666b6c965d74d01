"""What can be wrong with a playbook."""


class BadPlaybook(ValueError):
    """A playbook that cannot be used: ``file`` and ``field`` say where, the message is a sentence with both."""

    def __init__(self, file: str, field: str, reason: str) -> None:
        """Keep the parts; the message is ``file: field: reason``."""
        super().__init__(f"{file}: {field}: {reason}" if field else f"{file}: {reason}")
        self.file = file
        self.field = field
        self.reason = reason
