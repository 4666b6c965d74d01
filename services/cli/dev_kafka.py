"""``regulars dev kafka``: a real Kafka at hand, without a container."""

from pathlib import Path
from typing import Annotated

from typer import Option

from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.following import stop_on_signals
from services.cli.reporting import Lines, Sentences
from services.cli.terminal import say
from services.dev.artefacts import KAFKA_VERSION
from services.dev.broker import HEAP_MB, Broker
from services.settings import Settings

LOOK_SECONDS = 0.5

Port = Annotated[int, Option("--port", min=0, max=65_535, help="The port that clients use; 0 for any free one.")]
Data = Annotated[
    Path | None, Option("--data", help="The folder for its data.", show_default="kafka in the folder of REGULARS_HOME")
]
AsLines = Annotated[bool, Option("--json", help="Print one JSON document a line.")]
Heap = Annotated[int, Option("--heap", min=128, help="How large Java's heap may grow, in MB.")]


def kafka(port: Port = 9092, data: Data = None, heap: Heap = HEAP_MB, as_lines: AsLines = False) -> None:
    """Run an Apache Kafka broker on this machine until told to stop; its data stay for the next time.

    One node, no encryption, reachable from this machine alone: for development, and not for production. It needs Java
    17 or newer, and the first time Maven, which fetches Kafka into the user's cache folder. Ctrl-C and SIGTERM end it
    cleanly. Topics are made by 'regulars topics create', and not by using them.
    """
    folder = data or Settings.from_environment().home / "kafka"
    broker = Broker(folder, port=port or None, heap_mb=heap, progress=say)
    report = Lines() if as_lines else Sentences()
    with stop_on_signals() as stop, broker:
        address, where = broker.address, str(folder.absolute())
        sentence = f"Apache Kafka {KAFKA_VERSION} runs at {address}; its data are in {where}. In another terminal:"
        report.tell("serving", f"{sentence}\nexport REGULARS_KAFKA={address}", address=address, data=where)
        while not stop.wait(LOOK_SECONDS):
            if broker.process is None:
                message = f"Kafka ended by itself; {broker.last_words()}"
                raise Failure(message, ExitCode.UNAVAILABLE)
    report.tell("stopped", "Kafka is stopped; its data stay.")
