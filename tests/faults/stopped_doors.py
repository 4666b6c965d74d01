"""SIGTERM for a front door under load: it answers what was begun, and only then ends."""

import time
from contextlib import ExitStack
from http import HTTPStatus
from itertools import islice
from typing import Any, cast

from tests.faults.ground import Ground
from tests.faults.half_requests import HalfRequest
from tests.faults.messages import batch_body, messages
from tests.faults.orders import SenderOrder, Wire
from tests.faults.outcome import Outcome
from tests.faults.scene import Scene, scene
from tests.faults.sending_process import acknowledged_lines, outcomes_of

BEGUN = 8
BATCH_MESSAGES = 20
WHILE_IT_STOPS_SECONDS = 0.5


def told_to_stop(ground: Ground, times: int) -> Outcome:
    """Tell it to stop while some requests are half sent, and others come as fast as ever."""
    with scene(ground._replace(by_door=True)) as at:
        at.begin()
        at.produce(seed=7, wire=Wire.SEGMENT)
        for number in range(times):
            _stopped_with_requests(at, seed=100 + number)
            at.door()
            at.load()
        return at.finish(times)


def _stopped_with_requests(at: Scene, seed: int) -> None:
    """Stop the latest front door; every request that was begun is answered with 200, and written down."""
    door = at.doors[-1]
    told = messages(SenderOrder(at.cluster.servers, at.cluster.prefix, "", seed=seed))
    batches = [list(islice(told, BATCH_MESSAGES)) for _ in range(BEGUN)]
    lines = []
    with ExitStack() as held:
        begun = [
            held.enter_context(HalfRequest(at.port, at.key(), batch_body(Wire.CLOUDEVENTS, batch))) for batch in batches
        ]
        time.sleep(WHILE_IT_STOPS_SECONDS)  # until it has seen them all
        door.leave_soon()
        time.sleep(WHILE_IT_STOPS_SECONDS)
        assert door.runs, "it has ended, and did not wait for what was begun"
        for batch, request in zip(batches, begun, strict=True):
            answer = request.end()
            document = cast("dict[str, Any]", answer.document)
            assert answer.status == HTTPStatus.OK, answer
            lines += acknowledged_lines(batch, outcomes_of(batch, document), document["positions"])
    code, _ = door.ended()
    assert code == 0, door.last_words()
    (at.acknowledged / f"begun-{seed}").write_text("".join(lines), encoding="utf-8")
