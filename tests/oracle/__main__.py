"""``python -m tests.oracle``: judges a running Regulars by its log, or watches its checkpoints until it is stopped.

Exits with 0 where all is as it should be, 1 where there are findings, 2 where the log or the database cannot be read.
"""

import argparse
import json
import signal
import sys
from pathlib import Path
from typing import Any

import psycopg
from kafka.errors import KafkaError  # type: ignore[import-untyped]

from tests.oracle import run
from tests.oracle.contract import Contract
from tests.oracle.log import Unreadable
from tests.oracle.watching import Watch

PARSER = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
PARSER.add_argument("--dsn", required=True, help="the Postgres of the projections")
PARSER.add_argument("--kafka", help="HOST:PORT of the Kafka that holds the log")
PARSER.add_argument("--prefix", default="regulars", help="how the topics' names begin")
PARSER.add_argument("--projections", default="", help="names with commas between; all live tables by default")
PARSER.add_argument(
    "--acknowledged", type=Path, metavar="FILE", help="lines of 'id partition offset' or 'id partition <offset'"
)
PARSER.add_argument("--schemas", type=Path, metavar="DIR", help="what 'regulars schema --out' wrote")
PARSER.add_argument("--watch", action="store_true", help="watch the checkpoints until SIGTERM or SIGINT")
PARSER.add_argument("--json", action="store_true", help="print a JSON document, and not sentences")


def watched(dsn: str) -> dict[str, Any]:
    """Watch until a signal comes, and return what was seen."""
    stops = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    with Watch(dsn) as watch:
        sys.stderr.write("watching\n")
        sys.stderr.flush()
        signal.sigwait(stops)
    findings = watch.findings()
    return {"equal": not findings, "findings": findings, "looks": watch.looks}


def judged(asked: argparse.Namespace) -> dict[str, Any]:
    """Judge, and return the verdict."""
    verdict = run(
        asked.kafka,
        asked.prefix,
        asked.dsn,
        projections=[name for name in asked.projections.split(",") if name],
        acknowledged=asked.acknowledged,
        contract=Contract(asked.schemas) if asked.schemas else None,
    )
    return verdict.document()


def main() -> int:
    """Do what is asked for, and return the exit code."""
    asked = PARSER.parse_args()
    if not asked.watch and not asked.kafka:
        PARSER.error("--kafka is needed, or --watch")
    try:
        document = watched(asked.dsn) if asked.watch else judged(asked)
    except (Unreadable, KafkaError, psycopg.Error, OSError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 2
    if asked.json:
        sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("".join(f"{sentence}\n" for sentence in document["findings"] or ["All is as the log says."]))
    return 0 if document["equal"] else 1


if __name__ == "__main__":
    sys.exit(main())
