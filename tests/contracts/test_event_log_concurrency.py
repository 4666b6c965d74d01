"""Several writers and a tailing reader: no offset is lost, skipped or changed, and what was acknowledged is there."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from threading import Thread

import pytest

from events.codec import Codec
from events.envelope import Envelope
from events.log import EventLog, Outcome, Receipt
from tests.contracts import writer
from tests.contracts.facts import DurableLog, OpenLog, fact, facts, values
from tests.contracts.tail import Tail

CODEC = Codec()
WRITERS = 4
LIVES = 8
MOST_HEARD_BYTES = 60_000  # less than half of what a writer notes from beginning to end
ROOT = Path(__file__).parents[2]
Heard = list[tuple[str, Receipt]]


def assert_kept(log: EventLog, tail: Tail, heard: Heard, told: Sequence[Envelope]) -> None:
    """Hold the log and what the reader saw of it to what was sent and what was acknowledged."""
    held = values(log)
    ids = {place: CODEC.decode(value).id for place, value in held.items()}
    stored = [receipt[1:] for _, receipt in heard if receipt.outcome is Outcome.STORED]
    assert tail.breaches == []
    assert tail.read == held
    assert set(ids.values()) == {each.id for each in told}
    assert len(set(stored)) == len(stored)
    assert all(ids[receipt.partition, receipt.offset] == event_id for event_id, receipt in heard)
    if log.refuses_known_ids:
        assert len(ids) == len(told)


def write(log: EventLog, batches: Sequence[Sequence[Envelope]], heard: Heard) -> None:
    """Append batch after batch, and keep the receipts."""
    for batch in batches:
        heard.extend(list(zip([each.id for each in batch], log.append(batch), strict=True)))


@pytest.mark.parametrize("limit", [1, 50, 10_000])
def test_a_reader_sees_every_record_once_while_writers_race(open_log: OpenLog, limit: int) -> None:
    """The writers send the same facts in orders of their own; some send another fact under a known id."""
    told = facts(1_200)
    heard: Heard = []
    writers = [
        Thread(target=write, args=[open_log(), list(batches_of(Random(seed), told)), heard]) for seed in range(WRITERS)
    ]
    with Tail(open_log(), limit) as tail:
        for each in writers:
            each.start()
        for each in writers:
            each.join()

    assert_kept(open_log(), tail, heard, told)
    assert len(heard) == WRITERS * len(told)
    refusals = {Outcome.DUPLICATE, Outcome.CONFLICT} if open_log().refuses_known_ids else set()
    assert {receipt.outcome for _, receipt in heard} == {Outcome.STORED} | refusals


def test_writers_that_tell_one_id_of_different_subjects_do_not_stop_each_other(open_log: OpenLog) -> None:
    """One fact of two is first, and the other a conflict where ids are known; in whatever order each of them sends."""
    heard: Heard = []
    told = [
        [fact(number, subject=subject) for number in range(4_000)] for subject in ("customer:1", "visitor:elsewhere")
    ]
    batches = [(batch[:2_000][::step], batch[2_000:][::step]) for batch, step in zip(told, (1, -1), strict=True)]
    writers = [Thread(target=write, args=[open_log(), sent, heard]) for sent in batches]
    for each in writers:
        each.start()
    for each in writers:
        each.join()

    outcomes = Counter(receipt.outcome for _, receipt in heard)
    conflicts = 4_000 if open_log().refuses_known_ids else 0
    assert outcomes == Counter({Outcome.STORED: 8_000 - conflicts, Outcome.CONFLICT: conflicts})


def test_writers_that_are_killed_leave_no_gap_and_lose_nothing(durable_log: DurableLog, tmp_path: Path) -> None:
    """Processes write, die of kill -9 in the middle, start again from the beginning: what they heard is in the log."""
    dice = Random(9)
    log = durable_log.open()
    answers = [tmp_path / f"{life}" for life in range(LIVES)]
    with Tail(durable_log.open(), 500) as tail:
        running = {life: started(durable_log.address, life, answers[life]) for life in range(2)}
        for life in range(2, LIVES):
            wait_for(dice.randint(100, MOST_HEARD_BYTES), answers[life - 1])
            killed = running.pop(life - 1)
            killed.kill()
            killed.wait()
            running[life] = started(durable_log.address, life, answers[life])
        for each in running.values():
            assert each.wait(60) == 0

    lives = [list(acknowledged(each)) for each in answers]
    assert_kept(log, tail, [receipt for life in lives for receipt in life], facts(writer.COUNT))
    assert sum(0 < len(life) < writer.COUNT for life in lives) > 3, "too few were killed in the middle"


def batches_of(dice: Random, told: Sequence[Envelope]) -> Iterator[list[Envelope]]:
    """Return the facts in another order and in batches of random length; a few say something else under their id."""
    sent = [fact(n, subject=each.subject, says=dice.choices(["", "else"], [40, 1])[0]) for n, each in enumerate(told)]
    dice.shuffle(sent)
    at = 0
    while at < len(sent):
        batch = sent[at : at + dice.randint(1, 60)]
        at += len(batch)
        yield batch


def started(address: str, seed: int, answers: Path) -> "subprocess.Popen[bytes]":
    """Start a writer that notes its acknowledgements in a file, and return it once it is about to write."""
    words = [sys.executable, "-m", writer.__name__, address, str(seed)]
    with answers.open("wb") as output:
        process = subprocess.Popen(words, cwd=ROOT, stdout=output)
    wait_for(1, answers)
    return process


def wait_for(size_bytes: int, answers: Path) -> None:
    """Wait until a writer has noted so much."""
    give_up = time.monotonic() + 60
    while answers.stat().st_size < size_bytes:
        assert time.monotonic() < give_up, f"writer {answers.name} stands still"
        time.sleep(0.001)


def acknowledged(answers: Path) -> Iterator[tuple[str, Receipt]]:
    """Return the receipts that a writer noted; a line that its death cut short says nothing."""
    for line in answers.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            yield from ((sent, Receipt(Outcome(outcome), *place)) for sent, outcome, *place in json.loads(line))
