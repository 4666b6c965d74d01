"""What those who look after the front door are told; the message is the sentence to show, and nothing was changed."""


class RegistryRefused(ValueError):
    """The registry cannot be changed like that."""


class NotRegistered(RegistryRefused):
    """There is no such source, or no such key."""


class NotKept(LookupError):
    """There is no such message among those that were turned away."""
