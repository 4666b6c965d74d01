"""The errors that a person can put right, each as one sentence and an exit code."""

from services.cli.exit_codes import ExitCode


class Failure(Exception):
    """A command cannot go on; the message is the sentence to show."""

    def __init__(self, sentence: str, exit_code: ExitCode = ExitCode.USAGE) -> None:
        """Keep the code beside the sentence."""
        super().__init__(sentence)
        self.exit_code = exit_code


def expected() -> tuple[type[Exception], ...]:
    """Return the kinds of error that have a sentence. Asked for when one is raised: what it imports is slow."""
    return (Failure, *_codes())


def failure_of(error: Exception) -> Failure:
    """Return an expected error as a Failure."""
    if isinstance(error, Failure):
        return error
    code = next(code for kind, code in _codes().items() if isinstance(error, kind))
    sentence = str(error).strip().partition("\n")[0] or type(error).__name__
    return Failure(sentence, code)


def _codes() -> dict[type[Exception], ExitCode]:
    import psycopg  # noqa: PLC0415 - a command that goes well does not wait for it

    from events.errors import BadEvent  # noqa: PLC0415 - as above
    from events.log.errors import LogError, LogRefused  # noqa: PLC0415 - as above
    from projections._engine.errors import EngineError  # noqa: PLC0415 - as above
    from projections._engine.why import UnknownFigure  # noqa: PLC0415 - as above
    from services.access.errors import AccessRefused, NoSuchUser  # noqa: PLC0415 - as above
    from services.connectors.errors import ImportRefused  # noqa: PLC0415 - as above
    from services.ingest.errors import NotKept, NotRegistered, RegistryRefused  # noqa: PLC0415 - as above
    from services.outgoing.errors import NotThere, OutgoingRefused  # noqa: PLC0415 - as above
    from services.settings import InstallationError  # noqa: PLC0415 - as above

    return {
        InstallationError: ExitCode.UNAVAILABLE,
        EngineError: ExitCode.UNAVAILABLE,
        LogRefused: ExitCode.USAGE,  # a kind of LogError, and so the first of the two
        LogError: ExitCode.UNAVAILABLE,
        psycopg.OperationalError: ExitCode.UNAVAILABLE,
        BadEvent: ExitCode.USAGE,
        ImportRefused: ExitCode.USAGE,
        NoSuchUser: ExitCode.NO,  # a kind of AccessRefused, and so the first of the two
        AccessRefused: ExitCode.USAGE,
        NotRegistered: ExitCode.NO,  # a kind of RegistryRefused, and so the first of the two
        RegistryRefused: ExitCode.USAGE,
        NotKept: ExitCode.NO,
        NotThere: ExitCode.NO,  # a kind of OutgoingRefused, and so the first of the two
        OutgoingRefused: ExitCode.USAGE,
        UnknownFigure: ExitCode.USAGE,
    }
