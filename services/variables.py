"""Every environment variable that Regulars reads; the README lists the same."""

from typing import NamedTuple

from events.log.cluster import DEFAULT_PREFIX
from events.log.postgres import DEFAULT_PARTITIONS

MOST_PARTITIONS = 1024

PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")


class Setting(NamedTuple):
    """An environment variable that Regulars reads; ``default`` is as one would write it, empty for none."""

    name: str
    default: str
    meaning: str


HOME = Setting(
    "REGULARS_HOME",
    "./.regulars",
    "The folder that holds everything of the embedded installation: the database, its log and its locks.",
)
POSTGRES = Setting(
    "REGULARS_PG",
    "",
    "The DSN of a Postgres to use, 15 or newer, in place of the embedded one; nothing is started or stopped then.",
)
PARTITIONS = Setting(
    "REGULARS_PARTITIONS",
    str(DEFAULT_PARTITIONS),
    f"How many partitions a new journal or new topics get, 1 to {MOST_PARTITIONS}; a log that exists keeps its own.",
)
KAFKA = Setting(
    "REGULARS_KAFKA",
    "",
    "Kafka's brokers as host:port, a comma between them: Kafka is the log of record then, in place of the journal.",
)
TOPIC_PREFIX = Setting(
    "REGULARS_TOPIC_PREFIX",
    DEFAULT_PREFIX,
    "What the names of Kafka's topics begin with, as in regulars.events; installations on one Kafka need one each.",
)
SECURITY_PROTOCOL = Setting(
    "REGULARS_KAFKA_SECURITY_PROTOCOL",
    "",
    f"How to speak to Kafka: {', '.join(PROTOCOLS)}. Unset is PLAINTEXT.",
)
SASL_MECHANISM = Setting(
    "REGULARS_KAFKA_SASL_MECHANISM", "", f"How to log on, with a SASL protocol: {', '.join(MECHANISMS)}."
)
SASL_USERNAME = Setting("REGULARS_KAFKA_SASL_USERNAME", "", "Who logs on.")
SASL_PASSWORD = Setting("REGULARS_KAFKA_SASL_PASSWORD", "", "The password to log on with; it is never shown.")
SSL_CA = Setting(
    "REGULARS_KAFKA_SSL_CA",
    "",
    "The file of the authorities, in PEM, that vouch for the brokers; unset are those of the system.",
)
SSL_CERTIFICATE = Setting("REGULARS_KAFKA_SSL_CERTIFICATE", "", "The file of our own certificate, in PEM.")
SSL_KEY = Setting("REGULARS_KAFKA_SSL_KEY", "", "The file of our certificate's private key, in PEM.")
SSL_KEY_PASSWORD = Setting(
    "REGULARS_KAFKA_SSL_KEY_PASSWORD", "", "The password of the private key, if it has one; it is never shown."
)
METRICS = Setting(
    "REGULARS_METRICS",
    "",
    "Where a process that stays serves GET /metrics and GET /health, as host:port; unset is nowhere.",
)
API = Setting(
    "REGULARS_API",
    "127.0.0.1:8080",
    "Where 'regulars api' takes events in over HTTP, as host:port; 0.0.0.0 is every address of this machine.",
)
LINK_KEYS = Setting(
    "REGULARS_LINK_KEYS",
    "",
    "The keys of links to orders, a comma between them: the first makes new links, all open theirs; never shown.",
)
OIDC_ISSUER = Setting(
    "REGULARS_OIDC_ISSUER",
    "",
    "The house's OpenID provider, such as https://login.example.com: people sign in there; unset is by password alone.",
)
OIDC_CLIENT_ID = Setting("REGULARS_OIDC_CLIENT_ID", "", "Who we are there; it leads back to /sign-in/oidc/back.")
OIDC_CLIENT_SECRET = Setting("REGULARS_OIDC_CLIENT_SECRET", "", "What we show the provider; it is never shown.")
OIDC_ROLE = Setting(
    "REGULARS_OIDC_ROLE",
    "",
    "What newcomers of the provider are: viewer, manager or auditor; unset, an admin adds everybody.",
)

GRAFANA = Setting(
    "REGULARS_GRAFANA",
    "",
    "Where people find Grafana with our dashboards, such as https://grafana.example.com: pages lead there then.",
)
OIDC = (OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_ROLE)
SASL = (SASL_MECHANISM, SASL_USERNAME, SASL_PASSWORD)
SSL = (SSL_CA, SSL_CERTIFICATE, SSL_KEY, SSL_KEY_PASSWORD)
SETTINGS = (
    *(HOME, POSTGRES, PARTITIONS, KAFKA, TOPIC_PREFIX, SECURITY_PROTOCOL, *SASL, *SSL, METRICS, API, LINK_KEYS),
    *OIDC,
    GRAFANA,
)
"""Every setting there is; the README lists the same."""
