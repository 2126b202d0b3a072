"""The child process of the tests: it does a job by the job's name."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from embeddings.child import serve

if TYPE_CHECKING:
    from embeddings.child import Tell


def work(job: bytes, tell: Tell) -> bytes:
    """Do a job by its name; the argument follows it."""
    name, _, argument = job.decode().partition(" ")
    return JOBS[name](argument, tell)


def count(argument: str, tell: Tell) -> bytes:
    for number in range(int(argument)):
        time.sleep(0.06)
        tell(str(number).encode())
    return b"counted"


def burn(argument: str, tell: Tell) -> bytes:
    end = time.process_time() + float(argument)
    while time.process_time() < end:
        pass
    return b"burnt"


def sleep(argument: str, tell: Tell) -> bytes:
    time.sleep(float(argument))
    return b"slept"


def take(argument: str, tell: Tell) -> bytes:
    return str(len(bytearray(int(argument)))).encode()


def leave(argument: str, tell: Tell) -> bytes:
    os._exit(int(argument))


def say(argument: str, tell: Tell) -> bytes:
    print(argument, flush=True)  # noqa: T201 - as a library might
    return os.environ.get(argument, "nothing").encode()


def show(argument: str, tell: Tell) -> bytes:
    return str(os.nice(0)).encode()


JOBS = {
    "count": count,
    "burn": burn,
    "sleep": sleep,
    "take": take,
    "leave": leave,
    "say": say,
    "show": show,
}

if __name__ == "__main__":
    serve(work)
