"""Child processes: results, limits, and the end."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from embeddings.child import Child, ChildError, environment
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.process

WORK = "tests.embeddings.working"


@pytest.fixture
def child() -> Iterator[Child]:
    with closing(Child(WORK)) as made:
        yield made


def test_a_process_that_died_between_two_jobs_is_replaced(child: Child) -> None:
    for _ in range(3):
        assert child.run(b"sleep 0", silence=9) == b"slept"
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)  # and the next job comes before it is gone


def test_messages_come_before_the_result_and_keep_a_slow_job_alive(child: Child) -> None:
    told: list[bytes] = []
    assert child.run(b"count 40", silence=2.0, tell=told.append) == b"counted"
    assert told == [str(n).encode() for n in range(40)]


def test_one_process_does_many_jobs_and_none_is_left(child: Child) -> None:
    assert child.pid is None
    child.run(b"sleep 0", silence=9)
    first = child.pid
    child.run(b"sleep 0", silence=9)
    assert child.pid == first is not None
    child.close()
    assert child.pid is None


def test_a_job_beyond_its_processor_time_is_killed_and_the_next_one_is_done(
    child: Child,
) -> None:
    with pytest.raises(ChildError) as error:
        child.run(b"burn 60", seconds=0.3, silence=60)
    assert error.value.late
    assert child.run(b"burn 0.1", seconds=0.5, silence=60) == b"burnt"


def test_waiting_is_not_working_and_each_job_has_its_own_time(child: Child) -> None:
    assert child.run(b"sleep 0.6", seconds=0.3, silence=60) == b"slept"
    for _ in range(3):
        assert child.run(b"burn 0.2", seconds=0.4, silence=60) == b"burnt"


def test_a_job_that_sends_no_message_for_too_long_is_killed(child: Child) -> None:
    with pytest.raises(ChildError) as error:
        child.run(b"sleep 60", silence=0.3)
    assert error.value.late


def test_memory_is_limited() -> None:
    with closing(Child(WORK, megabytes=200, quiet=True)) as child:
        assert child.run(b"take 10000000", silence=9) == b"10000000"
        with pytest.raises(ChildError) as error:
            child.run(b"take 500000000", silence=9)
        assert not error.value.late


def test_the_exit_code_of_a_process_that_ends_is_reported(child: Child) -> None:
    with pytest.raises(ChildError) as error:
        child.run(b"leave 3", silence=9)
    assert (error.value.late, error.value.code) == (False, 3)
    assert child.run(b"sleep 0", silence=9) == b"slept"


def test_printed_output_is_not_taken_for_a_result(
    child: Child, capfd: pytest.CaptureFixture[str]
) -> None:
    assert child.run(b"say HELLO", silence=9) == b"nothing"
    assert capfd.readouterr() == ("", "HELLO\n")


def test_a_quiet_process_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with closing(Child(WORK, quiet=True)) as child:
        child.run(b"say HELLO", silence=9)
    assert capfd.readouterr() == ("", "")


def test_the_child_has_a_lower_priority(child: Child) -> None:
    with closing(Child(WORK, niceness=7)) as nice:
        plain, nicer = (int(each.run(b"show", silence=9)) for each in (child, nice))
    assert nicer == plain + 7


async def test_an_idle_process_is_killed_and_started_again_on_demand() -> None:
    with closing(Child(WORK, idle=0.2)) as child:
        assert child.run(b"sleep 0.5", silence=9) == b"slept"
        await until(lambda: child.pid is None)
        assert child.run(b"sleep 0", silence=9) == b"slept"


def test_another_thread_may_end_it(child: Child) -> None:
    child.run(b"sleep 0", silence=9)
    threading.Timer(0.2, child.close).start()
    with pytest.raises(ChildError):
        child.run(b"sleep 60", silence=90)


@pytest.mark.parametrize("job", [b"sleep 0", b"count 9"])
def test_a_process_whose_parent_is_gone_ends_without_a_word(job: bytes) -> None:
    reads, writes = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-m", WORK, "0", "0"],
        stdin=subprocess.PIPE, stdout=writes, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        os.close(writes)
        os.close(reads)
        assert process.stdin
        assert process.stderr
        process.stdin.write(struct.pack(">dI", 9, len(job)) + job)
        process.stdin.flush()  # and it stays open: the answer fails before the end is noticed
        assert process.wait(60) == 0
        assert process.stderr.read() == b""


def test_an_error_in_the_callback_ends_the_job(child: Child) -> None:
    def fail(message: bytes) -> None:
        raise KeyError(message)

    with pytest.raises(KeyError):
        child.run(b"count 1000", silence=9, tell=fail)
    assert child.run(b"count 1", silence=9) == b"counted"


def test_no_secret_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("DISCORD_TOKEN", "VERBATIM_DISCORD__TOKEN", "HF_TOKEN", "PGPASSWORD", "DATABASE_URL")
    for name in names:
        monkeypatch.setenv(name, "a secret")
    assert "a secret" not in environment().values()
