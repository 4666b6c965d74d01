"""What Kafka is told: its settings are in the variables of an environment, where a wrong name would go unnoticed."""

import re
import subprocess
from collections.abc import Iterable

import pytest

from services.dev.artefacts import kafka_jars
from tests.infra.conftest import Services
from tests.tidy.sources import ROOT

README = ROOT / "infra/kafka/README.md"
DOCUMENTED = re.compile(r'id="brokerconfigs_([^"]+)"')
OF_A_LISTENER = re.compile(r"^listener\.name\.[a-z]+\.(?:plain\.)?")
FOR_OTHERS = {"heap.opts", "super.users"}  # Java, and the authorizer


@pytest.fixture(scope="module")
def known() -> set[str]:
    """Return the names of all settings of a broker, out of the documentation that Kafka itself writes."""
    words = ["java", "-cp", f"{kafka_jars(print)}/*", "kafka.server.KafkaConfig"]
    written = subprocess.run(words, capture_output=True, check=True, text=True).stdout
    return set(DOCUMENTED.findall(written))


def _settings(variables: Iterable[str]) -> set[str]:
    """Return the settings that variables stand for, as the image takes them."""
    names = {name.removeprefix("KAFKA_").lower().replace("_", ".") for name in variables if name.startswith("KAFKA_")}
    return {OF_A_LISTENER.sub("", name) for name in names} - FOR_OTHERS


@pytest.mark.parametrize("kind", ["services", "secured"])
def test_it_knows_each_setting(known: set[str], kind: str, request: pytest.FixtureRequest) -> None:
    """Kafka passes over what it does not know: it would be a setting that nobody made."""
    services: Services = request.getfixturevalue(kind)

    given = _settings(services["kafka"].environment)

    assert given - known == set()
    assert given != set()


def test_it_knows_each_setting_that_is_told_of(known: set[str]) -> None:
    """What the README says to set for three nodes is there."""
    told = _settings(re.findall(r"\bKAFKA_[A-Z_]+[A-Z]\b", README.read_text(encoding="utf-8")))

    assert told - known == set()
    assert told != set()
