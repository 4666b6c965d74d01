"""Settings come from the environment; a bad one is said in a sentence that names it."""

from dataclasses import fields
from pathlib import Path

import pytest

from events.log.cluster import Cluster
from services.access.provider import Provider
from services.access.roles import Role
from services.settings import InstallationError, Settings
from services.variables import SASL, SECURITY_PROTOCOL, SETTINGS, SSL

SECRET = "open-sesame"  # noqa: S105 - nobody's
OIDC_GIVEN = {
    "REGULARS_OIDC_ISSUER": "https://login.example.com/shop",
    "REGULARS_OIDC_CLIENT_ID": "regulars",
    "REGULARS_OIDC_CLIENT_SECRET": SECRET,
}
KAFKA = {"REGULARS_KAFKA": "kafka-1:9092"}
SASL_GIVEN = {
    "REGULARS_KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
    "REGULARS_KAFKA_SASL_MECHANISM": "PLAIN",
    "REGULARS_KAFKA_SASL_USERNAME": "shop",
    "REGULARS_KAFKA_SASL_PASSWORD": SECRET,
}


def test_nothing_needs_to_be_set() -> None:
    """An empty environment, or one of empty variables, gives the documented defaults."""
    unset = Settings.from_environment({})

    empty = Settings.from_environment({setting.name: "" for setting in SETTINGS})

    assert unset == empty == Settings()
    assert unset == Settings(home=Path(".regulars"), postgres=None, partitions=12, kafka=None, metrics=None)


def test_a_documented_default_is_the_real_one() -> None:
    """Setting every variable to its documented default changes nothing, and every setting is documented."""
    documented = Settings.from_environment({setting.name: setting.default for setting in SETTINGS})

    assert documented == Settings()
    assert len(SETTINGS) == len(fields(Settings)) - 2 + len(fields(Cluster)) + len(fields(Provider))


def test_each_variable_sets_its_field() -> None:
    """They are read, and nothing else is."""
    dsn = "host=db user=shop"

    settings = Settings.from_environment(
        {
            "REGULARS_HOME": "/srv/shop",
            "REGULARS_PG": dsn,
            "REGULARS_PARTITIONS": "24",
            "REGULARS_METRICS": "127.0.0.1:9100",
            "HOME": "/root",
        }
    )

    assert settings == Settings(home=Path("/srv/shop"), postgres=dsn, partitions=24, metrics=("127.0.0.1", 9100))


def test_a_provider_is_who_people_sign_in_with() -> None:
    """All three of it; newcomers are welcome where a role is named for them, and its secret is never shown."""
    plain = Settings.from_environment(OIDC_GIVEN).provider
    open_house = Settings.from_environment(OIDC_GIVEN | {"REGULARS_OIDC_ROLE": "viewer"}).provider

    assert plain == Provider("https://login.example.com/shop", "regulars", SECRET)
    assert plain.name == "login.example.com"
    assert open_house == Provider("https://login.example.com/shop", "regulars", SECRET, Role.VIEWER)
    assert SECRET not in repr(plain)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"REGULARS_OIDC_ISSUER": ""}, "REGULARS_OIDC_CLIENT_ID is set, and REGULARS_OIDC_ISSUER is not"),
        ({"REGULARS_OIDC_CLIENT_ID": ""}, "REGULARS_OIDC_CLIENT_ID is not: the provider says both"),
        ({"REGULARS_OIDC_CLIENT_SECRET": ""}, "REGULARS_OIDC_CLIENT_SECRET is not: the provider says both"),
        ({"REGULARS_OIDC_ISSUER": "http://login.example.com"}, "write it like https://login.example.com"),
        (
            {"REGULARS_OIDC_ISSUER": "https://me:open-sesame@login.example.com"},
            "write it like https://login.example.com",
        ),
        ({"REGULARS_OIDC_ROLE": "admin"}, "newcomers can be viewer, manager, auditor"),
        ({"REGULARS_OIDC_ROLE": "staff"}, "newcomers can be viewer, manager, auditor"),
    ],
)
def test_half_a_provider_is_none(given: dict[str, str], sentence: str) -> None:
    """A sentence names the variable, and repeats no secret."""
    with pytest.raises(InstallationError, match=sentence) as refused:
        Settings.from_environment(OIDC_GIVEN | given)

    assert SECRET not in str(refused.value)


def test_brokers_turn_kafka_on() -> None:
    """Nothing more is needed; several brokers have a comma between them, and the prefix begins the topics' names."""
    plain = Settings.from_environment(KAFKA)
    several = Settings.from_environment(
        {"REGULARS_KAFKA": "kafka-1:9092, [::1]:9093", "REGULARS_TOPIC_PREFIX": "shop.uk"}
    )

    assert plain.kafka == Cluster("kafka-1:9092", prefix="regulars")
    assert several.kafka == Cluster("kafka-1:9092,[::1]:9093", prefix="shop.uk")
    assert several.kafka.events == "shop.uk.events"


def test_what_kafka_wants_to_know_is_passed_through(tmp_path: Path) -> None:
    """Each variable reaches its field, and the words for protocol and mechanism their usual spelling."""
    files = {name: tmp_path / f"{name}.pem" for name in ("ca", "certificate", "key")}
    for path in files.values():
        path.touch()

    settings = Settings.from_environment(
        {
            **KAFKA,
            "REGULARS_KAFKA_SECURITY_PROTOCOL": "sasl_ssl",
            "REGULARS_KAFKA_SASL_MECHANISM": "scram-sha-512",
            "REGULARS_KAFKA_SASL_USERNAME": "shop",
            "REGULARS_KAFKA_SASL_PASSWORD": SECRET,
            **{f"REGULARS_KAFKA_SSL_{name.upper()}": str(path) for name, path in files.items()},
            "REGULARS_KAFKA_SSL_KEY_PASSWORD": f"{SECRET}-too",
        }
    )

    assert settings.kafka == Cluster(
        servers="kafka-1:9092",
        security_protocol="SASL_SSL",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_username="shop",
        sasl_password=SECRET,
        ssl_ca=str(files["ca"]),
        ssl_certificate=str(files["certificate"]),
        ssl_key=str(files["key"]),
        ssl_key_password=f"{SECRET}-too",
    )
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("REGULARS_PARTITIONS", "0", "REGULARS_PARTITIONS is '0': write a whole number from 1 to 1024."),
        ("REGULARS_PARTITIONS", "1025", "REGULARS_PARTITIONS is '1025': write a whole number from 1 to 1024."),
        ("REGULARS_PARTITIONS", "twelve", "REGULARS_PARTITIONS is 'twelve': write a whole number from 1 to 1024."),
        ("REGULARS_PARTITIONS", "\u0663", "REGULARS_PARTITIONS is '\u0663': write a whole number from 1 to 1024."),
        ("REGULARS_HOME", "~no-such-user/x", "REGULARS_HOME is '~no-such-user/x', and there is no such user:"),
        ("REGULARS_PG", SECRET, "REGULARS_PG is not a DSN: write it like postgresql://user@host:5432/database."),
        ("REGULARS_TOPIC_PREFIX", "my shop", "REGULARS_TOPIC_PREFIX is 'my shop': write letters, digits,"),
        ("REGULARS_TOPIC_PREFIX", ".shop", "REGULARS_TOPIC_PREFIX is '.shop': write letters, digits,"),
        ("REGULARS_TOPIC_PREFIX", "x" * 201, f"REGULARS_TOPIC_PREFIX is '{'x' * 201}': write letters, digits,"),
        ("REGULARS_METRICS", "9100", "REGULARS_METRICS is '9100': write a host and a port, like 127.0.0.1:9100."),
        ("REGULARS_METRICS", "::1:9100", "REGULARS_METRICS is '::1:9100': write a host and a port, like"),
        ("REGULARS_METRICS", "localhost:0", "REGULARS_METRICS is 'localhost:0': write a host and a port, like"),
    ],
)
def test_a_bad_value_is_refused_in_one_sentence(name: str, value: str, sentence: str) -> None:
    """The sentence names the variable, and says what to write instead."""
    with pytest.raises(InstallationError) as refused:
        Settings.from_environment({name: value})

    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize(
    "servers",
    [
        "kafka-1",
        "kafka-1:",
        ":9092",
        "kafka-1:0",
        "kafka-1:65536",
        "kafka-1:http",
        "a:1 b:2",
        "a:1,",
        f"x:{SECRET}@a:1",
    ],
)
def test_a_bad_list_of_brokers_is_refused(servers: str) -> None:
    """The sentence does not repeat it: somebody may have written a password into it."""
    with pytest.raises(InstallationError) as refused:
        Settings.from_environment({"REGULARS_KAFKA": servers})

    expected = "REGULARS_KAFKA is no list of brokers: write it like kafka-1:9092,kafka-2:9092."
    assert str(refused.value) == expected


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({SECURITY_PROTOCOL.name: "TLS"}, "REGULARS_KAFKA_SECURITY_PROTOCOL is 'TLS': write one of PLAINTEXT, SSL,"),
        ({SECURITY_PROTOCOL.name: "SSL"}, "REGULARS_KAFKA_SASL_MECHANISM is set: set REGULARS_KAFKA_SECURITY_PROTOCOL"),
        ({SECURITY_PROTOCOL.name: ""}, "REGULARS_KAFKA_SASL_MECHANISM is set: set REGULARS_KAFKA_SECURITY_PROTOCOL to"),
        ({"REGULARS_KAFKA_SASL_MECHANISM": "GSSAPI"}, "REGULARS_KAFKA_SASL_MECHANISM is 'GSSAPI': write one of PLAIN,"),
        *[
            ({setting.name: ""}, f"REGULARS_KAFKA_SECURITY_PROTOCOL is SASL_PLAINTEXT, and {setting.name} is not set.")
            for setting in SASL
        ],
        *[
            ({setting.name: __file__}, f"{setting.name} is set: set REGULARS_KAFKA_SECURITY_PROTOCOL to")
            for setting in SSL
        ],
        (
            {"REGULARS_KAFKA": ""},
            "REGULARS_KAFKA_SECURITY_PROTOCOL is set, and REGULARS_KAFKA is not: name the brokers",
        ),
    ],
)
def test_a_half_given_logon_is_refused(changed: dict[str, str], sentence: str) -> None:
    """A password that would not be used, or a logon without one, is a mistake; nobody is told the password."""
    with pytest.raises(InstallationError) as refused:
        Settings.from_environment({**KAFKA, **SASL_GIVEN, **changed})

    assert str(refused.value).startswith(sentence)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"SSL_CERTIFICATE": __file__}, "REGULARS_KAFKA_SSL_CERTIFICATE is set, and REGULARS_KAFKA_SSL_KEY is not."),
        ({"SSL_KEY": __file__}, "REGULARS_KAFKA_SSL_KEY is set, and REGULARS_KAFKA_SSL_CERTIFICATE is not."),
        ({"SSL_KEY_PASSWORD": SECRET}, "REGULARS_KAFKA_SSL_KEY_PASSWORD is set, and REGULARS_KAFKA_SSL_KEY is not."),
        (
            {"SSL_CA": "/no/ca.pem"},
            "REGULARS_KAFKA_SSL_CA is '/no/ca.pem', and that is no file that this user may read.",
        ),
    ],
)
def test_half_a_pair_of_keys_is_refused(given: dict[str, str], sentence: str) -> None:
    """A certificate is of no use without its key, nor is a file that is not there."""
    named = {f"REGULARS_KAFKA_{name}": value for name, value in given.items()}

    with pytest.raises(InstallationError) as refused:
        Settings.from_environment({**KAFKA, SECURITY_PROTOCOL.name: "SSL", **named})

    assert str(refused.value) == sentence


def test_where_grafana_is_has_to_be_an_address() -> None:
    """A slash at its end is no part of it; what a browser could not open is refused."""
    found = Settings.from_environment({"REGULARS_GRAFANA": "https://grafana.example.com/at/"})

    assert found.grafana == "https://grafana.example.com/at"
    with pytest.raises(InstallationError, match="REGULARS_GRAFANA is 'javascript:alert"):
        Settings.from_environment({"REGULARS_GRAFANA": "javascript:alert(1)"})
