"""The memory of many threads lies in few arenas."""

from __future__ import annotations

import ctypes
import platform
import re
import subprocess
import sys

import pytest

from embeddings import threads as arenas

pytestmark = pytest.mark.process

COUNT = """
import ctypes, threading, tempfile
from embeddings import threads as arenas
if {limited}:
    assert arenas.limit_arenas()
libc, ready, go = ctypes.CDLL(None), threading.Barrier(9), threading.Event()
libc.malloc.restype = ctypes.c_void_p
def work():
    libc.malloc(1000)
    ready.wait()
    go.wait()
threads = [threading.Thread(target=work, daemon=True) for _ in range(8)]
[thread.start() for thread in threads]
ready.wait()
libc.malloc_stats()
go.set()
"""

LOADED = """
import re
from pathlib import Path
from embeddings import threads
from embeddings.vectors import e5
def own():
    told = Path("/proc/self/smaps_rollup").read_text()
    return int(re.search(r"Private_Dirty: *(\\d+)", told)[1])
e5.encode(["?"])
held = own()
threads.free_heap()
maps = re.split(r"\\n(?=[0-9a-f]+-[0-9a-f]+ )", Path("/proc/self/smaps").read_text())
of_file = [m for m in maps if e5.FILE in m]
print(held - own(), sum(int(re.search(r"Rss: *(\\d+)", m)[1]) for m in of_file))
"""
"""What is freed but held, and what of the model's file is in memory, in kB, once e5 is loaded."""


def count(limited: bool) -> int:
    """Return how many arenas a process with eight threads has, as glibc tells."""
    told = subprocess.run(
        [sys.executable, "-c", COUNT.format(limited=limited)],
        capture_output=True,
        text=True,
        check=True,
    )
    return len(re.findall(r"^Arena \d+:", told.stderr, re.MULTILINE))


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_threads_share_two_arenas() -> None:
    assert count(limited=True) <= arenas.ARENAS < count(limited=False)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_loading_e5_leaves_nothing_in_memory_that_it_does_not_need() -> None:
    told = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    freed, mapped = map(int, told.stdout.split())
    assert freed < 8_000
    assert mapped < 15_000  # of 70,000: the kernel maps what lies around the rows looked up


def test_a_system_without_arenas_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    arenas.free_heap()
    assert not arenas.limit_arenas.__wrapped__()
    monkeypatch.setattr(sys, "platform", "win32")
    assert not arenas.limit_arenas.__wrapped__()
