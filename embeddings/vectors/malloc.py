"""The C library's memory: few arenas, so that what one thread frees another one uses again."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

M_ARENA_MAX = -8
"""The parameter's number in glibc's ``malloc.h``; see mallopt(3)."""
ARENAS = 2
"""One for the thread that answers and one for all others."""


@cache
def limit_arenas() -> bool:
    """Let new threads share the arenas that there are; say whether the system can do that.

    By default glibc gives each thread an arena of its own, up to eight a core, and keeps in each
    what was freed there. A reindex runs on whatever thread is free, so that after some hundred of
    them every arena holds as much as one needs: 30 to 60 MB more than with two, and still growing.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # another C library may lack it
    return bool(mallopt and mallopt(M_ARENA_MAX, ARENAS))
