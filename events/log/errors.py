"""What a log can say no with, each with a sentence for whoever reads it at night."""


class LogError(RuntimeError):
    """Something about the log of record; the message is the sentence to show."""


class LogUnavailable(LogError):
    """The log does not answer. What was sent without an answer may be stored or not; sending it again is safe."""


class RecordsGone(LogError):
    """The log no longer holds what is to be read next: its retention passed it, or the log was made anew."""


class LogRefused(LogError):
    """The log answers, and is not what it should be: a topic is missing, or was made otherwise than we need it."""


class NoTopic(LogRefused):
    """There is no such topic on this Kafka: it was never made, or it was removed."""
