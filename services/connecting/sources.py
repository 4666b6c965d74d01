"""Opens the source that a connector names."""

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from events.log.cluster import Cluster
from services.connecting.debezium_reading import DebeziumReader
from services.connecting.declaration import Connector, DebeziumSource
from services.connecting.errors import BadConnector
from services.connecting.loading import dsn_of, translation_of
from services.connecting.positions import Position
from services.connecting.postgres import PostgresReader
from services.connecting.reading import Reader
from services.settings import Settings
from services.variables import KAFKA

RECEIVED_AT = b"regulars.received_at"


def reader_of(connector: Connector, settings: Settings, held: Mapping[str, Position]) -> Reader:
    """Return what reads the records of a connector. Raises BadConnector, SourceAway or SourceChanged."""
    if connector.debezium is not None:
        return DebeziumReader(connector, connector.debezium, cluster_of(connector, connector.debezium, settings), held)
    if connector.postgres is None:
        raise AssertionError
    reader = PostgresReader(connector, connector.postgres, dsn_of(connector), held)
    if not reader.tells_time and RECEIVED_AT in msgspec.json.encode(translation_of(connector)):
        reader.close()
        reason = (
            "asks for regulars.received_at, which nobody knows of a row that is followed by a number: say by 'time'"
            " which column tells when it came about"
        )
        raise BadConnector(connector.file, "translation", reason)
    return reader


def cluster_of(connector: Connector, source: DebeziumSource, settings: Settings) -> Cluster:
    """Return the Kafka that a topic is on. Raises BadConnector where nobody says which."""
    if settings.kafka is None:
        if not source.servers:
            raise BadConnector(connector.file, "debezium.servers", f"is missing, and {KAFKA.name} is not set")
        return Cluster(source.servers)
    return replace(settings.kafka, servers=source.servers) if source.servers else settings.kafka
