"""What is refused of users, passwords, links and signing in."""

from datetime import datetime


class AccessRefused(ValueError):
    """What was said of a user, a password or a link cannot be; the message is a sentence."""


class NoSuchUser(AccessRefused):
    """There is no such user."""


class SignInRefused(AccessRefused):
    """Nobody was signed in; the message is for whoever tried, and tells nobody whether there is such a user."""


class LockedOut(SignInRefused):
    """There were too many tries in vain; ``until`` is when the next one is looked at."""

    def __init__(self, message: str, until: datetime) -> None:
        """Keep the time beside the sentence."""
        super().__init__(message)
        self.until = until
