"""The settings for a password and for encryption, as a real broker wants them, in the hands of both clients."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
from confluent_kafka.admin import AdminClient

from events.log import topics
from services.dev.broker import Broker
from services.dev.ports import HOST, free_port
from services.settings import InstallationError, Settings
from services.variables import SETTINGS
from tests.tidy.sources import ROOT

SECRET = "open-sesame"  # noqa: S105 - nobody's
USER = "org.apache.kafka.common.security.plain.PlainLoginModule required user_shop"
SECONDS = 20


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """Return the settings for a broker that wants a password and encrypts."""
    folder = Path(mkdtemp(prefix="regulars-test-"))
    plain, controller, secured = free_port(), free_port(), free_port()
    _make_certificate(folder)
    properties = {
        "listeners": f"PLAINTEXT://{HOST}:{plain},CONTROLLER://{HOST}:{controller},SECURED://{HOST}:{secured}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{plain},SECURED://{HOST}:{secured}",
        "controller.quorum.voters": f"1@{HOST}:{controller}",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SECURED:SASL_SSL",
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.secured.plain.sasl.jaas.config": f'{USER}="{SECRET}";',
        "ssl.keystore.location": str(folder / "broker.p12"),
        "ssl.keystore.password": SECRET,
        "ssl.keystore.type": "PKCS12",
    }
    broker = Broker(folder / "kafka", port=plain, heap_mb=384, properties=properties, progress=print)
    try:
        broker.start()
        yield {
            "REGULARS_KAFKA": f"{HOST}:{secured}",
            "REGULARS_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "REGULARS_KAFKA_SASL_MECHANISM": "PLAIN",
            "REGULARS_KAFKA_SASL_USERNAME": "shop",
            "REGULARS_KAFKA_SASL_PASSWORD": SECRET,
            "REGULARS_KAFKA_SSL_CA": str(folder / "broker.pem"),
        }
    except InstallationError as error:
        pytest.fail(f"These tests need a Kafka of their own: {error}", pytrace=False)
    finally:
        broker.kill()
        shutil.rmtree(folder)


def _make_certificate(folder: Path) -> None:
    """Make a key with a certificate for this machine, and the certificate as clients want it; keytool is Java's."""
    store = ("-keystore", str(folder / "broker.p12"), "-storetype", "PKCS12", "-storepass", SECRET, "-alias", "broker")
    name = ("-dname", "CN=broker", "-ext", f"san=ip:{HOST}", "-keyalg", "EC", "-validity", "2")
    subprocess.run(["keytool", "-genkeypair", *store, *name], check=True, capture_output=True)
    export = ["keytool", "-exportcert", "-rfc", *store, "-file", str(folder / "broker.pem")]
    subprocess.run(export, check=True, capture_output=True)


def _check(environment: dict[str, str]) -> tuple[int, str]:
    """Return how ``regulars topics check`` ended and what it said, in a process of its own.

    A handshake that fails leaves kafka-python's socket open until its process ends.
    """
    words = [sys.executable, "-c", "from services.cli import main; main()", "topics", "check"]
    unset = {setting.name: "" for setting in SETTINGS}
    ran = subprocess.run(
        words, cwd=ROOT, env={**os.environ, **unset, **environment}, capture_output=True, text=True, check=False
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_both_clients_are_let_in(environment: dict[str, str]) -> None:
    """kafka-python makes the topics, and librdkafka sees them, with the same settings."""
    cluster = Settings.from_environment(environment).kafka
    assert cluster is not None

    made = topics.create(cluster, partitions=1)
    seen = AdminClient(cluster.librdkafka()).list_topics(timeout=SECONDS).topics

    assert {each.topic for each in made} <= set(seen)


def test_a_wrong_password_is_told_as_such(environment: dict[str, str]) -> None:
    """Refused, or not answered where the broker hung up before it was understood; the password is never repeated."""
    exit_code, said = _check({**environment, "REGULARS_KAFKA_SASL_PASSWORD": "guessed"})

    assert exit_code in {2, 4}
    assert "password" in said
    assert "guessed" not in said
    assert said.count("\n") == 1


def test_a_broker_that_nobody_vouches_for_is_not_trusted(environment: dict[str, str]) -> None:
    """Its certificate is not of the system's authorities: the sentence has the reason."""
    exit_code, said = _check({**environment, "REGULARS_KAFKA_SSL_CA": ""})

    assert exit_code == 4
    assert "CERTIFICATE_VERIFY_FAILED" in said
    assert said.count("\n") == 1
