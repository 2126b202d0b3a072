"""The memory of many threads lies in few arenas."""

from __future__ import annotations

import ctypes
import platform
import re
import subprocess
import sys

import pytest

from embeddings.vectors import worker as arenas

pytestmark = pytest.mark.process

COUNT = """
import ctypes, threading, tempfile
from embeddings.vectors import worker as arenas
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


def test_a_system_without_arenas_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert not arenas.limit_arenas.__wrapped__()
    monkeypatch.setattr(sys, "platform", "win32")
    assert not arenas.limit_arenas.__wrapped__()
