"""Where a question's time goes: a watch that is put around the parts of the engine."""

from __future__ import annotations

import functools
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from embeddings import loaded as serving
from embeddings.lexical.bm25 import Lexical
from embeddings.vectors.index import VectorIndex

STAGES = ("encode", "dense", "lexical", "rank", "verify", "render")


class Watch:
    """Adds up the seconds spent in each stage, what an inner stage took left out of the outer."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inner = [0.0]

    def around(self, stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``call``, timed."""

        @functools.wraps(call)
        def timed(*given: Any, **named: Any) -> Any:
            began = time.perf_counter()
            self._inner.append(0.0)
            try:
                return call(*given, **named)
            finally:
                took = time.perf_counter() - began
                self.seconds[stage] += took - self._inner.pop()
                self._inner[-1] += took

        return timed


@contextmanager
def watched(encoder: Any) -> Iterator[Watch]:
    """Time the stages of all questions asked meanwhile; one thread answers them."""
    watch = Watch()
    parts = (
        ("encode", encoder, "encode_query"),
        ("dense", VectorIndex, "search"),
        *(("lexical", Lexical, name) for name in ("read", "best", "score", "spelt")),
        ("rank", serving.LoadedSnapshot, "rank"),
        ("verify", serving.LoadedSnapshot, "hits"),
    )
    before = [(owner, name, getattr(owner, name)) for _, owner, name in parts]
    for stage, owner, name in parts:
        setattr(owner, name, watch.around(stage, getattr(owner, name)))
    try:
        yield watch
    finally:
        for owner, name, call in before:
            setattr(owner, name, call)
