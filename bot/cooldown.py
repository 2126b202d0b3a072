"""How long a person or a channel has to wait before the next question; the clock is given."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

_MOST = 10_000
"""How many are remembered; the oldest are forgotten first."""


class Cooldown:
    """Remembers when each one last asked."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last: OrderedDict[Hashable, float] = OrderedDict()

    def left(self, key: Hashable, seconds: float) -> float:
        """Return how many seconds are left to wait; 0 when the next question may come."""
        last = self._last.get(key)
        return 0.0 if last is None else max(0.0, last + seconds - self._clock())

    def start(self, *keys: Hashable) -> None:
        """Remember that these have just asked."""
        for key in keys:
            self._last[key] = self._clock()
            self._last.move_to_end(key)
        while len(self._last) > _MOST:
            self._last.popitem(last=False)
