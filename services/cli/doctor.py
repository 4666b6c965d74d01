"""``regulars doctor``: the whole way of an event looked over, from end to end, in words."""

from collections.abc import Iterator
from typing import Annotated

import psycopg
from typer import Exit, Option

from events.log.cluster import Cluster
from events.log.errors import LogError
from projections._engine.errors import EngineError
from services.cli import checks, checks_log, checks_relay
from services.cli.checks import Check, State
from services.cli.checks_outgoing import of_outgoing
from services.cli.exit_codes import ExitCode
from services.cli.session import opened
from services.cli.terminal import AsJson, emit, encoded, write
from services.settings import InstallationError, Settings

SIGNS = {State.OK: ("✓", "green"), State.WARN: ("!", "yellow"), State.BAD: ("✗", "red")}


Patience = Annotated[
    float,
    Option(
        "--patience",
        min=0,
        metavar="SECONDS",
        help="How many seconds the process that projects gets to fold the probe.",
    ),
]


def doctor(patience: Patience = 30.0, as_json: AsJson = False) -> None:
    """Check the whole way of an event, from end to end, in words.

    It sends a probe, an event of its own subject, down the whole way and looks for it at the other end. Over Kafka it
    looks at the brokers and the topics too. The exit code is 1 where something is bad.
    """
    found = []
    for check in _checks(Settings.from_environment(), patience):
        found.append(check)
        if not as_json:
            _show(check)
    healthy = all(check.state is not State.BAD for check in found)
    if as_json:
        emit({"healthy": healthy, "checks": encoded(found)})
    if not healthy:
        raise Exit(ExitCode.NO)


def _checks(settings: Settings, patience_seconds: float) -> Iterator[Check]:
    yield from checks.of_host(settings)
    answers = True
    if settings.kafka:
        kafka, *of_topics = _of_kafka(settings.kafka)
        answers = kafka.state is not State.BAD
        yield from (kafka, *of_topics)
    try:
        with opened(settings) as installation, installation.connect() as connection:
            yield from checks.of_database(connection)
            yield from of_outgoing(connection)
            if answers:
                yield from checks_log.of_log(installation, connection, patience_seconds)
            yield from checks_relay.of_outboxes(connection, kafka=settings.kafka is not None)
    except InstallationError as error:
        yield Check("installation", State.BAD, str(error), "Put it right, and run doctor again.")
    except EngineError as error:
        yield Check("engine", State.BAD, str(error), "Nothing was changed; put it right, and run doctor again.")
    except LogError as error:
        yield Check("log", State.BAD, str(error), "Nothing was changed; put it right, and run doctor again.")
    except psycopg.OperationalError as error:
        sentence = str(error).strip().partition("\n")[0]
        yield Check("database", State.BAD, sentence, "See that Postgres is well, and run doctor again.")


def _of_kafka(cluster: Cluster) -> Iterator[Check]:
    from services.cli.checks_kafka import of_kafka  # noqa: PLC0415 - only with Kafka, whose client is slow to import

    return of_kafka(cluster)


def _show(check: Check) -> None:
    sign, colour = SIGNS[check.state]
    write(f"{sign} {check.state.value:<4}  {check.name:<13} {check.finding}", colour=colour)
    if check.advice:
        write(f"         {'':<13} {check.advice}")
