"""What is refused of endpoints, channels and deliveries."""


class OutgoingRefused(ValueError):
    """What was said of an endpoint, a channel or a delivery cannot be; the message is a sentence."""


class NotThere(OutgoingRefused):
    """There is no such endpoint, channel or delivery."""
