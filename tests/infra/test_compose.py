"""docker-compose.yml: what holds for every service in it, also for one that is added; and with secured.yml over it."""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from services.cli.commands import COMMANDS
from tests.infra.composed import COMPOSE, EXAMPLE, SECURED, Service, example, ran, services_of
from tests.infra.conftest import Services
from tests.tidy.sources import ROOT

SPECIFICATION = ROOT / "tests/infra/data/compose-spec/compose-spec.json"
REQUIRED = re.compile(r"\$\{([A-Z_]+):\?[A-Z][^}]*\.\}")  # a variable, and the sentence for whom it lacks
SPARE = re.compile(r"^\$\{[A-Z_]+:-\}$")
SECRET = re.compile(r"PASS|SECRET|TOKEN|CREDENTIAL|(?<!API)KEY$|_JAAS_")
DSN_PASSWORD = re.compile(r"://[^/@\s:]+:[^/@\s]+@")
PINNED = re.compile(r"[^:]+:v?\d+\.\d+[\w.-]*")
HOST_AND_PORT = re.compile(r"(?<![\w.-])([a-z][\w-]*):\d+")
MACHINE_BYTES = 12 * 2**30


@pytest.fixture(scope="module", params=["document", "secured_document"])
def whole(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return docker-compose.yml, then with infra/kafka/secured.yml over it."""
    found: dict[str, Any] = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def services(whole: dict[str, Any]) -> Services:
    """Return its services by name, each after those that it waits for."""
    return services_of(whole)


def _offenders(services: Services, kind: str, *wanted: object) -> dict[str, Any]:
    """Return what a setting is where it is none of those wanted, by service."""
    held = {name: service.settings.get(kind) for name, service in services.items()}
    return {name: value for name, value in held.items() if value not in wanted}


def _staying(services: Services) -> Services:
    return {name: service for name, service in services.items() if service.stays}


def _ours(services: Services) -> Services:
    return {name: service for name, service in services.items() if service.ours}


def _raw_environments() -> Iterator[tuple[str, str, str]]:
    """Return service, name and value of each variable as people wrote them, before any is filled in."""
    for file in (COMPOSE, SECURED):
        for service, settings in yaml.safe_load(file.read_text(encoding="utf-8"))["services"].items():
            for name, value in settings.get("environment", {}).items():
                yield service, name, str(value)


def _before(service: Service, services: Services) -> set[str]:
    """Return every service that has to be there before this one is, however far."""
    return set(service.needs).union(*(_before(services[name], services) for name in service.needs))


def test_it_is_what_the_specification_says(whole: dict[str, Any]) -> None:
    """Docker Compose takes it: no word is spelt wrong, and no value is of another kind."""
    validator = Draft202012Validator(json.loads(SPECIFICATION.read_text(encoding="utf-8")))

    errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(whole)]

    assert errors == []


def test_without_its_passwords_it_is_refused_with_a_sentence() -> None:
    """Who copied .env.example and wrote nothing into it is told so."""
    done = ran(EXAMPLE)

    assert done.returncode != 0
    assert "Write POSTGRES_PASSWORD into .env, as .env.example shows." in done.stderr


def test_no_secret_is_in_it() -> None:
    """What is named like a secret comes from .env, with a sentence for whom it lacks, or is empty where it need not be.

    No DSN holds a password.
    """
    secret = [each for each in _raw_environments() if SECRET.search(each[1])]

    literal = [
        (service, name) for service, name, value in secret if not (REQUIRED.search(value) or SPARE.search(value))
    ]
    quoted = [text for file in (COMPOSE, SECURED) for text in DSN_PASSWORD.findall(file.read_text(encoding="utf-8"))]

    assert (literal, quoted, secret != []) == ([], [], True)


def test_the_example_asks_for_what_is_needed() -> None:
    """.env.example has each variable of the files, no value, and no other; git does not take a real one."""
    texts = [file.read_text(encoding="utf-8") for file in (COMPOSE, SECURED)]
    wanted = {name for text in texts for name in re.findall(r"\$\{([A-Z_]+)", text)}

    asked = example()

    assert asked == dict.fromkeys(wanted, "")
    assert "/.env" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_an_image_is_pinned(services: Services) -> None:
    """What was tested is what runs: each image has a version, and ours has that of the project."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    loose = [name for name, service in services.items() if not PINNED.fullmatch(service.settings["image"])]
    images = {service.settings["image"] for service in _ours(services).values()}

    assert (loose, images) == ([], {f"regulars:{project['version']}"})


def test_our_image_is_built_once(services: Services) -> None:
    """By one service, which the others of ours wait for; two builds of one tag would get in each other's way."""
    building = [name for name, service in services.items() if "build" in service.settings]

    left = [name for name, service in _ours(services).items() if not {name} | _before(service, services) >= {*building}]

    assert (len(building), left) == (1, [])
    assert (ROOT / services[building[0]].settings["build"]["dockerfile"]).is_file()


def test_what_stays_says_whether_it_works(services: Services) -> None:
    """Each has a check that may fail, begins again when it ends, and gets its time to end."""
    staying = _staying(services)

    unchecked = [name for name, service in staying.items() if not service.settings.get("healthcheck", {}).get("test")]
    impatient = [name for name, service in staying.items() if "stop_grace_period" not in service.settings]

    assert (unchecked, impatient) == ([], [])
    assert _offenders(staying, "restart", "unless-stopped") == {}


def test_a_service_waits_until_what_it_needs_is_ready(services: Services) -> None:
    """For one that stays until it is healthy, for another until it has ended well."""
    ready = {True: "service_healthy", False: "service_completed_successfully"}

    hasty = [
        (name, needed)
        for name, service in services.items()
        for needed, condition in service.needs.items()
        if condition != ready[services[needed].stays]
    ]

    assert hasty == []


def test_a_service_waits_for_whom_it_talks_to(services: Services) -> None:
    """A host that the environment names is a service, and comes before this one."""
    early = [
        (name, host)
        for name, service in _ours(services).items()
        for value in service.environment.values()
        for host in HOST_AND_PORT.findall(value)
        if host not in _before(service, services)
    ]

    assert early == []


def test_what_ends_is_waited_for(services: Services) -> None:
    """A service that runs once is there for another one's sake, and is not run again when it ends."""
    needed = {name for service in services.values() for name in service.needs}

    idle = [name for name, service in services.items() if not service.stays and name not in needed]

    assert idle == []


def test_no_service_takes_all(services: Services) -> None:
    """Each has limits of processor, memory and logs, and together they fit the machine that the file names."""
    limits = {name: service.settings["deploy"]["resources"]["limits"] for name, service in services.items()}
    logs = {name: service.settings["logging"]["options"] for name, service in services.items()}

    unlimited = [name for name in services if set(limits[name]) != {"cpus", "memory"}]
    unrotated = [name for name in services if set(logs[name]) != {"max-size", "max-file"}]

    assert (unlimited, unrotated) == ([], [])
    assert sum(service.replicas * service.memory_bytes for service in services.values()) <= MACHINE_BYTES


def test_nothing_is_open_to_the_network(services: Services) -> None:
    """A port is published for this machine alone."""
    published = [port for service in services.values() for port in service.settings.get("ports", [])]

    assert [port for port in published if not re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port)] == []


def test_what_is_mounted_is_there(services: Services, whole: dict[str, Any]) -> None:
    """Data lie in named volumes, each of them used; files of ours exist, and no container writes to them."""
    mounts = [volume.split(":") for service in services.values() for volume in service.settings.get("volumes", [])]
    files = [mount for mount in mounts if mount[0].startswith("./")]

    assert {mount[0] for mount in mounts if mount not in files} == set(whole["volumes"])
    assert [mount for mount in files if mount[2:] != ["ro"] or not (ROOT / mount[0]).exists()] == []


def test_a_service_of_ours_may_do_nothing_but_its_work(services: Services) -> None:
    """Its files cannot be changed, and it has no capability and gets none; /tmp is there and is empty."""
    ours = _ours(services)

    assert _offenders(ours, "read_only", True) == {}  # noqa: FBT003 - the file's own word
    assert _offenders(ours, "cap_drop", ["ALL"]) == {}
    assert _offenders(ours, "security_opt", ["no-new-privileges:true"]) == {}
    assert _offenders(ours, "tmpfs", ["/tmp"]) == {}  # noqa: S108 - within a container


def test_a_service_of_ours_is_a_command(services: Services) -> None:
    """What it runs is in the list of commands."""
    known = [command.words.split() for command in COMMANDS]

    unknown = [
        name
        for name, service in _ours(services).items()
        if not any(service.settings["command"][: len(words)] == words for words in known)
    ]

    assert unknown == []


def test_two_pumps_share_the_partitions(services: Services) -> None:
    """One that ends leaves its half to the other."""
    assert services["pump"].replicas == 2


def test_where_kafka_asks_each_service_of_ours_logs_on(secured: Services) -> None:
    """One that is added to docker-compose.yml needs its line in infra/kafka/secured.yml."""
    user = "REGULARS_KAFKA_SASL_USERNAME"

    silent = [name for name, service in _ours(secured).items() if service.environment.get(user) != "regulars"]

    assert silent == []
