"""The settings of a Regulars installation: read from the environment, here and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from events.log.cluster import DEFAULT_PREFIX, Cluster
from events.log.postgres import DEFAULT_PARTITIONS
from services.access.provider import NEWCOMERS, Provider
from services.access.roles import Role
from services.values import ADDRESS, ISSUER, KEY, MOST_PORT, PREFIX, WEB_ADDRESS
from services.variables import (
    API,
    GRAFANA,
    HOME,
    KAFKA,
    LINK_KEYS,
    MECHANISMS,
    METRICS,
    MOST_PARTITIONS,
    OIDC,
    OIDC_CLIENT_ID,
    OIDC_CLIENT_SECRET,
    OIDC_ISSUER,
    OIDC_ROLE,
    PARTITIONS,
    POSTGRES,
    PROTOCOLS,
    SASL,
    SASL_MECHANISM,
    SASL_PASSWORD,
    SASL_USERNAME,
    SECURITY_PROTOCOL,
    SETTINGS,
    SSL,
    SSL_CA,
    SSL_CERTIFICATE,
    SSL_KEY,
    SSL_KEY_PASSWORD,
    TOPIC_PREFIX,
    Setting,
)


class InstallationError(RuntimeError):
    """What whoever runs Regulars has to put right; the message is the sentence to show."""


@dataclass(frozen=True)
class Settings:
    """What an installation is opened with.

    ``postgres`` is not shown in a ``repr``: a DSN may hold a password. Nor are ``link_keys``, nor the passwords within
    ``kafka``, which is None where the journal is the log. ``metrics`` and ``api`` are a host and a port.
    """

    home: Path = Path(HOME.default)
    postgres: str | None = field(default=None, repr=False)
    partitions: int = DEFAULT_PARTITIONS
    kafka: Cluster | None = None
    metrics: tuple[str, int] | None = None
    api: tuple[str, int] = ("127.0.0.1", 8080)
    link_keys: tuple[str, ...] = field(default=(), repr=False)
    provider: Provider | None = None
    grafana: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings; an empty variable counts as one that is not set.

        Raises InstallationError with a sentence that names the variable. It never repeats a DSN, the brokers or a
        password.
        """
        return cls(
            home=_folder(environment.get(HOME.name) or HOME.default),
            postgres=_dsn(environment.get(POSTGRES.name)),
            partitions=_partitions(environment.get(PARTITIONS.name) or PARTITIONS.default),
            kafka=_cluster({setting: environment.get(setting.name, "") for setting in SETTINGS}),
            metrics=_listening(METRICS, environment.get(METRICS.name)),
            api=_listening(API, environment.get(API.name) or API.default) or cls.api,
            link_keys=_keys(environment.get(LINK_KEYS.name)),
            grafana=_page(environment.get(GRAFANA.name, "")),
            provider=_provider({setting: environment.get(setting.name, "") for setting in OIDC}),
        )


def _folder(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        message = f"{HOME.name} is {text!r}, and there is no such user: write the folder's whole path."
        raise InstallationError(message) from None


def _dsn(text: str | None) -> str | None:
    if not text:
        return None
    try:
        conninfo_to_dict(text)
    except psycopg.ProgrammingError:
        message = f"{POSTGRES.name} is not a DSN: write it like postgresql://user@host:5432/database."
        raise InstallationError(message) from None
    return text


def _partitions(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MOST_PARTITIONS):
        message = f"{PARTITIONS.name} is {text!r}: write a whole number from 1 to {MOST_PARTITIONS}."
        raise InstallationError(message)
    return int(text)


def _cluster(given: Mapping[Setting, str]) -> Cluster | None:
    prefix = given[TOPIC_PREFIX] or DEFAULT_PREFIX
    if not PREFIX.fullmatch(prefix):
        message = (
            f"{TOPIC_PREFIX.name} is {prefix!r}: write letters, digits, dots, hyphens and underscores, 200 at most, a"
            " letter or a digit first."
        )
        raise InstallationError(message)
    idle = next((each for each in (SECURITY_PROTOCOL, *SASL, *SSL) if given[each]), None)
    if not given[KAFKA]:
        if idle:
            message = f"{idle.name} is set, and {KAFKA.name} is not: name the brokers too, or leave both away."
            raise InstallationError(message)
        return None
    protocol = _one_of(SECURITY_PROTOCOL, PROTOCOLS, given[SECURITY_PROTOCOL])
    _check_sasl(given, protocol)
    _check_ssl(given, protocol)
    return Cluster(
        servers=_servers(given[KAFKA]),
        prefix=prefix,
        security_protocol=protocol,
        sasl_mechanism=_one_of(SASL_MECHANISM, MECHANISMS, given[SASL_MECHANISM]),
        sasl_username=given[SASL_USERNAME] or None,
        sasl_password=given[SASL_PASSWORD] or None,
        ssl_ca=_file(SSL_CA, given[SSL_CA]),
        ssl_certificate=_file(SSL_CERTIFICATE, given[SSL_CERTIFICATE]),
        ssl_key=_file(SSL_KEY, given[SSL_KEY]),
        ssl_key_password=given[SSL_KEY_PASSWORD] or None,
    )


def _servers(text: str) -> str:
    servers = [server.strip() for server in text.split(",")]
    if not all(map(_address, servers)):
        # Not repeated: who writes kafka://user:password@host has written a password.
        message = f"{KAFKA.name} is no list of brokers: write it like kafka-1:9092,kafka-2:9092."
        raise InstallationError(message)
    return ",".join(servers)


def _listening(setting: Setting, text: str | None) -> tuple[str, int] | None:
    if not text:
        return None
    address = _address(text.strip())
    if address is None:
        message = f"{setting.name} is {text!r}: write a host and a port, like 127.0.0.1:9100."
        raise InstallationError(message)
    return address


def _keys(text: str | None) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in text.split(",")) if text else ()
    if not all(map(KEY.fullmatch, keys)):
        message = f"{LINK_KEYS.name} holds what is no key: 'regulars order key' makes one; put a comma between several."
        raise InstallationError(message)
    return keys


def _page(text: str) -> str:
    if text and not WEB_ADDRESS.fullmatch(text):
        message = f"{GRAFANA.name} is {text!r}: write it like https://grafana.example.com."
        raise InstallationError(message)
    return text.rstrip("/")


def _provider(given: Mapping[Setting, str]) -> Provider | None:
    if not given[OIDC_ISSUER]:
        idle = next((each for each in OIDC if given[each]), None)
        if idle:
            message = f"{idle.name} is set, and {OIDC_ISSUER.name} is not: name the provider too, or leave both away."
            raise InstallationError(message)
        return None
    for needed in (OIDC_CLIENT_ID, OIDC_CLIENT_SECRET):
        if not given[needed]:
            message = f"{OIDC_ISSUER.name} is set, and {needed.name} is not: the provider says both on registering us."
            raise InstallationError(message)
    if not ISSUER.fullmatch(given[OIDC_ISSUER]):
        # Not repeated: it may hold a password.
        message = f"{OIDC_ISSUER.name} is no address of a provider: write it like https://login.example.com."
        raise InstallationError(message)
    role = given[OIDC_ROLE]
    if role and role not in NEWCOMERS:
        message = f"{OIDC_ROLE.name} is {role!r}: newcomers can be {', '.join(NEWCOMERS)}."
        raise InstallationError(message)
    newcomers = Role(role) if role else None
    return Provider(given[OIDC_ISSUER], given[OIDC_CLIENT_ID], given[OIDC_CLIENT_SECRET], newcomers)


def _address(text: str) -> tuple[str, int] | None:
    found = ADDRESS.fullmatch(text)
    if found is None or not 1 <= int(found[2]) <= MOST_PORT:
        return None
    return found[1].strip("[]"), int(found[2])


def _check_sasl(given: Mapping[Setting, str], protocol: str | None) -> None:
    """Refuse a password without a protocol that uses it, and such a protocol without what it needs."""
    wanted = protocol is not None and protocol.startswith("SASL_")
    for setting in SASL:
        if wanted and not given[setting]:
            message = f"{SECURITY_PROTOCOL.name} is {protocol}, and {setting.name} is not set."
            raise InstallationError(message)
        if given[setting] and not wanted:
            message = f"{setting.name} is set: set {SECURITY_PROTOCOL.name} to SASL_SSL or SASL_PLAINTEXT to log on."
            raise InstallationError(message)


def _check_ssl(given: Mapping[Setting, str], protocol: str | None) -> None:
    """Refuse a certificate without a protocol that uses it, and the half of a key pair."""
    idle = next((setting for setting in SSL if given[setting]), None)
    if idle and protocol not in {"SSL", "SASL_SSL"}:
        message = f"{idle.name} is set: set {SECURITY_PROTOCOL.name} to SSL or SASL_SSL to encrypt."
        raise InstallationError(message)
    for setting, needed in ((SSL_CERTIFICATE, SSL_KEY), (SSL_KEY, SSL_CERTIFICATE), (SSL_KEY_PASSWORD, SSL_KEY)):
        if given[setting] and not given[needed]:
            message = f"{setting.name} is set, and {needed.name} is not."
            raise InstallationError(message)


def _one_of(setting: Setting, known: tuple[str, ...], text: str) -> str | None:
    if text and text.upper() not in known:
        message = f"{setting.name} is {text!r}: write one of {', '.join(known)}."
        raise InstallationError(message)
    return text.upper() or None


def _file(setting: Setting, text: str) -> str | None:
    if text and not (Path(text).is_file() and os.access(text, os.R_OK)):
        message = f"{setting.name} is {text!r}, and that is no file that this user may read."
        raise InstallationError(message)
    return text or None
