"""Stands for two of Kafka's command-line tools, in their own words: kafka-acls.sh and kafka-broker-api-versions.sh.

The tests' Kafka comes without its tools; librdkafka asks the same of the same broker.
"""

import re
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

ANSWER_SECONDS = 10.0
LOG_ON = re.compile(
    r"org\.apache\.kafka\.common\.security\.plain\.PlainLoginModule required"
    r' username="([^"]*)" password="([^"]*)";'
)


def said(words: list[str]) -> Namespace:
    """Return what a command line says; it ends with an error where Kafka's tools would not understand it."""
    parser = ArgumentParser(allow_abbrev=False)
    tools = parser.add_subparsers(dest="tool", required=True)
    tools.add_parser("kafka-broker-api-versions.sh")
    acls = tools.add_parser("kafka-acls.sh")
    acls.add_argument("--add", action="store_true", required=True)
    acls.add_argument("--allow-principal", required=True)
    acls.add_argument("--operation", action="append", required=True)
    acls.add_argument("--resource-pattern-type", default="literal")
    resource = acls.add_mutually_exclusive_group(required=True)
    resource.add_argument("--topic")
    resource.add_argument("--group")
    resource.add_argument("--cluster", action="store_const", const="kafka-cluster")
    for tool in tools.choices.values():
        tool.add_argument("--bootstrap-server", required=True)
        tool.add_argument("--command-config", type=Path, required=True)
    return parser.parse_args(words)


def connected(server: str, configuration: Path) -> AdminClient:
    """Return a client with a configuration as Kafka's tools read it."""
    lines = configuration.read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines)
    jaas = given.pop("sasl.jaas.config", None)
    if jaas is not None:
        found = LOG_ON.fullmatch(jaas)
        assert found is not None, "nobody could log on so"
        given |= {"sasl.username": found[1], "sasl.password": found[2]}
    return AdminClient({"bootstrap.servers": server, "log_level": 0, **given})


def rules(command: Namespace) -> list[AclBinding]:
    """Return the rules that a command wants, one for each operation."""
    kinds = ((ResourceType.TOPIC, command.topic), (ResourceType.GROUP, command.group))
    kind, name = next(((kind, name) for kind, name in kinds if name), (ResourceType.BROKER, command.cluster))
    pattern = ResourcePatternType[command.resource_pattern_type.upper()]
    operations = [AclOperation[re.sub(r"\B(?=[A-Z])", "_", each).upper()] for each in command.operation]
    return [
        AclBinding(kind, name, pattern, command.allow_principal, "*", operation, AclPermissionType.ALLOW)
        for operation in operations
    ]


def run(words: list[str]) -> None:
    """Run a command; it fails where the broker does not answer or refuses."""
    command = said(words)
    client = connected(command.bootstrap_server, command.command_config)
    if command.tool == "kafka-acls.sh":
        for made in client.create_acls(rules(command), request_timeout=ANSWER_SECONDS).values():
            made.result()
    else:
        client.list_topics(timeout=ANSWER_SECONDS)


if __name__ == "__main__":
    run(sys.argv[1:])
