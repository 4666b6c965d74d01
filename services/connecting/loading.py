"""Reads a connector from its YAML file and checks what can be checked before its source is asked."""

import os
from collections.abc import Mapping as Mapped
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import psycopg
from psycopg.conninfo import conninfo_to_dict

from services import strict_yaml
from services.connecting.declaration import Connector, PostgresSource
from services.connecting.documents import as_text
from services.connecting.errors import BadConnector
from services.connectors.loading import BUILT_IN, built_in, load
from services.connectors.mapping import Mapping
from services.translation.declaration import Translation
from services.translation.loading import SHIPPED, parse, shipped
from services.translation.translator import Translator

KINDS = ("postgres", "debezium", "directory")


def load_connector(path: Path) -> Connector:
    """Return the connector in a file. Raises BadConnector, which names the file and the place."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadConnector(str(path), "", f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadConnector(str(path), "", "is not text in UTF-8") from None
    return parse_connector(text, str(path))


def parse_connector(text: str, file: str) -> Connector:
    """Return the connector that a text describes; ``file`` is where it stands. Raises BadConnector."""
    try:
        connector = msgspec.structs.replace(strict_yaml.shaped(text, Connector, "a key of a connector"), file=file)
    except strict_yaml.BadYaml as error:
        raise BadConnector(file, error.place, error.reason) from None
    given = [kind for kind in KINDS if getattr(connector, kind) is not None]
    if len(given) != 1:
        reason = f"says {' and '.join(given)}" if given else "says nothing of what is followed"
        raise BadConnector(file, "", f"{reason}: write one of {', '.join(KINDS)}")
    if connector.directory is not None:
        _check_directory(connector)
    else:
        _check_translated(connector)
    if connector.postgres is not None:
        _check_postgres(file, connector.postgres)
    return connector


def translation_text(connector: Connector) -> str:
    """Return the name of the translation that is shipped, or its text. Raises BadConnector."""
    said = connector.translation
    if not isinstance(said, str):
        return as_text(said)
    if said in SHIPPED or "\n" in said.strip():
        return said
    try:
        return connector.path(said).read_text(encoding="utf-8")
    except OSError as error:
        reason = f"{said} cannot be read ({error.strerror}), and is not shipped; those are {', '.join(SHIPPED)}"
    except UnicodeDecodeError:
        reason = f"{said} is not text in UTF-8"
    raise BadConnector(connector.file, "translation", reason)


def translation_of(connector: Connector) -> Translation:
    """Return the translation that a connector names or holds. Raises BadConnector or BadTranslation."""
    said, text = connector.translation, translation_text(connector)
    if text in SHIPPED:
        return shipped(text)
    is_file = isinstance(said, str) and said != text
    return parse(text, str(connector.path(str(said))) if is_file else f"{connector.file}: translation")


def translator_of(connector: Connector) -> Translator:
    """Return what makes events of a connector's records. Raises BadConnector or BadTranslation."""
    return Translator(translation_of(connector), connector.source or "", connector.store)


def mapping_of(connector: Connector) -> Mapping:
    """Return the mapping of a directory's files. Raises BadConnector or BadMapping."""
    if connector.directory is None:
        raise AssertionError
    said = connector.directory.mapping
    mapping = built_in(said) if said in BUILT_IN else load(connector.path(said))
    if len(mapping.tables) > 1:
        names = ", ".join(table.files[0] for table in mapping.tables)
        reason = f"{mapping.name} needs several files at once ({names}): 'regulars import' reads a folder of them"
        raise BadConnector(connector.file, "directory.mapping", reason)
    if connector.source not in {None, mapping.source}:
        reason = f"is {connector.source}, and {said} says {mapping.source}: leave it away, the mapping's counts"
        raise BadConnector(connector.file, "source", reason)
    return mapping


def dsn_of(connector: Connector, environment: Mapped[str, str] = os.environ) -> str:
    """Return where a connector's database is. Raises BadConnector, which never repeats it: it may hold a password."""
    source = connector.postgres
    if source is None:
        raise AssertionError
    place = "postgres.dsn_env" if source.dsn_env else "postgres.dsn"
    dsn = environment.get(source.dsn_env, "") if source.dsn_env else source.dsn
    if not dsn:
        raise BadConnector(connector.file, place, f"the environment variable {source.dsn_env} is not set")
    try:
        conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        reason = "is not a DSN: write it like postgresql://user@host:5432/database"
        raise BadConnector(connector.file, place, reason) from None
    return dsn


def _check_directory(connector: Connector) -> None:
    if connector.translation:
        raise BadConnector(connector.file, "translation", "is not for a directory, whose mapping makes the events")
    pattern = connector.directory.pattern if connector.directory else ""
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        raise BadConnector(connector.file, "directory.pattern", f"{pattern} leads out of the directory")


def _check_translated(connector: Connector) -> None:
    if connector.source is None:
        raise BadConnector(connector.file, "source", "is missing")
    if not connector.translation:
        raise BadConnector(connector.file, "translation", "is missing: it says what a record means")


def _check_postgres(file: str, source: PostgresSource) -> None:
    if bool(source.dsn) == bool(source.dsn_env):
        raise BadConnector(file, "postgres", "says where the database is with one of dsn and dsn_env")
    if bool(source.table) == bool(source.query):
        raise BadConnector(file, "postgres", "says what is read with one of table and query")
    if len(set(source.columns)) != len(source.columns):
        raise BadConnector(file, "postgres.cursor", f"names {source.columns[0]} twice")
    if source.timezone:
        try:
            ZoneInfo(source.timezone)
        except (KeyError, OSError, ValueError):
            reason = f"{source.timezone} is no time zone: write one like Europe/London"
            raise BadConnector(file, "postgres.timezone", reason) from None
