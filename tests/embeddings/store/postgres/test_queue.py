"""The queue of texts to encode: shared, each text once, and nothing lost with who took it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from embeddings.store.postgres.database import Database
from embeddings.store.postgres.queue import Queue
from tests.embeddings.store.postgres.places import ROOT

TAKE_AND_HANG = """
import sys, time
from embeddings.store.postgres.database import Database
from embeddings.store.postgres.queue import Queue
queue = Queue(Database(sys.argv[1]), "shared", "words==1", lease=1.0)
print(len(queue.take(5)), flush=True)
time.sleep(60)
"""


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def queue(database: Database) -> Queue:
    """Ten texts that wait."""
    queue = Queue(database, "shared", "words==1")
    queue.offer(texts(10))
    return queue


def texts(count: int) -> dict[bytes, str]:
    return {bytes([n]) * 32: "é" * (count - n) for n in range(count)}


def vectors(keys: dict[bytes, str]) -> dict[bytes, np.ndarray]:
    return {key: np.full(4, key[0] / 7, np.float32) for key in keys}


def test_texts_are_taken_once_and_the_shortest_first(queue: Queue) -> None:
    first, second = queue.take(6), queue.take(6)
    assert {**first, **second} == texts(10)
    assert (len(first), len(second)) == (6, 4)
    assert max(map(len, first.values())) < min(map(len, second.values()))
    assert queue.take(6) == {}
    assert queue.left() == 10


def test_vectors_come_back_bit_by_bit(queue: Queue) -> None:
    given = vectors(queue.take(10))
    queue.give(given)
    found = queue.vectors(list(given))
    assert queue.left() == 0
    assert {key: row.tobytes() for key, row in found.items()} == {
        key: row.tobytes() for key, row in given.items()
    }


def test_only_the_vectors_that_are_there_come_back(queue: Queue) -> None:
    queue.give(vectors(queue.take(3)))
    assert len(queue.vectors(list(texts(10)))) == 3


def test_what_was_offered_twice_waits_once_and_what_is_done_stays_done(queue: Queue) -> None:
    queue.give(vectors(queue.take(4)))
    queue.offer(texts(10))
    assert queue.left() == 6
    assert len(queue.take(20)) == 6


def test_the_first_vector_that_is_given_counts(queue: Queue) -> None:
    queue.take(5)
    taken = queue.take(1)
    queue.give(vectors(taken))
    queue.give({key: np.zeros(4, np.float32) for key in taken})
    (kept,) = queue.vectors(list(taken)).values()
    assert kept.tolist() == next(iter(vectors(taken).values())).tolist()


def test_another_model_or_collection_has_a_queue_of_its_own(
    queue: Queue, database: Database
) -> None:
    assert Queue(database, "shared", "words==2").take(5) == {}
    assert Queue(database, "server-1", "words==1").take(5) == {}


def test_what_a_killed_process_held_is_taken_again_when_its_lease_ends(
    queue: Queue, url: str
) -> None:
    command = [sys.executable, "-c", TAKE_AND_HANG, url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"5\n"
        process.kill()
    assert len(queue.take(20)) == 5
    deadline = time.monotonic() + 5
    again: dict[bytes, str] = {}
    while not again and time.monotonic() < deadline:
        again = queue.take(20)
        time.sleep(0.02)
    assert len(again) == 5


def test_many_who_take_at_once_never_take_the_same(url: str) -> None:
    databases = [Database(url) for _ in range(3)]
    queues = [Queue(database, "shared", "words==1") for database in databases]
    many = {n.to_bytes(32, "big"): "x" * (1 + n % 7) for n in range(600)}
    queues[0].offer(many)
    taken: list[bytes] = []

    def work(queue: Queue) -> None:
        while some := queue.take(7):
            taken.extend(some)
            queue.give({key: np.ones(4, np.float32) for key in some})

    threads = [threading.Thread(target=work, args=(queue,)) for queue in queues]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(many)
    assert queues[0].left() == 0
    for database in databases:
        database.close()
