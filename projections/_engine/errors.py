"""What can stop the engine, each with a sentence for the person who reads it at night."""


class EngineError(RuntimeError):
    """The engine stopped on purpose, before it could do harm."""


class Fenced(EngineError):
    """Another worker has taken over some of our partitions; what this batch held is theirs to do."""


class DeclarationChanged(EngineError):
    """A projection's declaration differs from the one that filled its table, and its version was not raised."""


class LogChanged(EngineError):
    """The log is not the one that the checkpoints belong to, or no longer holds what they need."""
