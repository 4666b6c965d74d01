"""While the log is away the door says so, and the libraries send again until it is back."""

from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from events.log import topics
from events.log.cluster import Cluster
from services.cli.session import bring_up_to_date
from services.dev.broker import Broker
from services.settings import Settings
from tests.services.ingest.clients.sdks import SDKS, Running, searches
from tests.services.ingest.clients.wire import wire_to
from tests.services.ingest.doors import client_of, open_door
from tests.services.ingest.messages import search

PARTITIONS = 4
SEARCHES = "SELECT query, sum(searches)::int FROM projection.unmet_demand GROUP BY query"


def test_nothing_is_lost_while_the_log_is_away(own_broker: Broker, database: str, node_modules: Path) -> None:
    """503 and no acknowledgement; every library waits, sends again, and gives up nothing; what was sent counts once."""
    cluster = Cluster(own_broker.address)
    topics.create(cluster, PARTITIONS)
    own_broker.stop()
    with (
        open_door(Settings(postgres=database, kafka=cluster, api=("127.0.0.1", 0)), senders=7) as door,
        ExitStack() as held,
    ):
        with client_of(door, door.sender().write) as client:
            refused = client.post("/v1/batch", json={"batch": [search()]})
        wires = {name: held.enter_context(wire_to(door.url)) for name in SDKS}
        senders = {name: door.sender() for name in SDKS}
        sent = {name: searches(name, sender.name, name.casefold()) for name, sender in senders.items()}
        clients = {name: Running(name, wires[name].url, senders[name].write, sent[name], node_modules) for name in SDKS}
        door.running.wait_until(lambda: all(503 in wire.statuses for wire in wires.values()))
        own_broker.start()
        gave_up = {name: client.errors() for name, client in clients.items()}
        statuses = {name: set(wire.statuses) for name, wire in wires.items()}
        landed = {name: Counter(each["id"] for each in door.stored(sender.name)) for name, sender in senders.items()}
        bring_up_to_date(door.installation, "tests")
        counted: dict[str, int] = dict(door.connection.execute(SEARCHES).fetchall())

    assert (refused.status_code, refused.json()["code"], refused.headers["Retry-After"]) == (503, "unavailable", "1")
    assert gave_up == {name: [] for name in SDKS}
    assert statuses == {name: {200, 503} for name in SDKS}
    assert {name: len(ids) for name, ids in landed.items()} == {name: len(each) for name, each in sent.items()}
    assert counted == {name.casefold(): len(each) for name, each in sent.items()}
