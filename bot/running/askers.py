"""Cooldowns, the order of searches, and the earlier questions of conversations; in memory."""

import asyncio
import contextlib
import math
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import NamedTuple
from weakref import WeakValueDictionary

from bot.errors import BotError
from embeddings.errors import StorageError
from embeddings.store.records import Records

Key = tuple[str, int]
"""The kind of a cooldown ("user" or "channel"), and the Discord id that it applies to."""
PROMPT = 0.5
"""Seconds that a question waits for the store to say when other processes were last asked."""
PAUSE = 10.0
"""Seconds for which the store is not asked again after it did not answer."""
_MOST = 10_000
"""The most keys to remember; the oldest are forgotten first."""


class Cooldown:
    """Limits how often a user or a channel may ask, by the time of the last question."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last: OrderedDict[Key, float] = OrderedDict()
        self._alone_until = 0.0

    def admit(self, waits: Mapping[Key, float]) -> None:
        """Admit a question, and start its cooldowns.

        ``waits``: key -> the seconds that its cooldown lasts.

        Raises:
            BotError: A cooldown still runs; the sentence says how many seconds are left.
        """
        now = self._clock()
        for key, seconds in waits.items():
            if key in self._last:
                _raise_if_waiting(key, self._last[key] + seconds - now)
        for key in waits:
            self._start_cooldown(key, now)

    async def admit_across_processes(self, store: Records, key: Key, seconds: float) -> None:
        """Admit a question by what all processes were asked, and start its cooldown for all.

        While the store does not answer in time, the cooldown holds in this process only. Raises
        BotError as ``admit`` does.
        """
        if seconds <= 0 or self._clock() < self._alone_until:
            return
        try:
            async with asyncio.timeout(PROMPT):
                left = await store.take_turn("{}:{}".format(*key), seconds)
        except (TimeoutError, StorageError):
            self._alone_until = self._clock() + PAUSE
            return
        if left:
            self._start_cooldown(key, self._clock() + left - seconds)
        _raise_if_waiting(key, left)

    def _start_cooldown(self, key: Key, at: float) -> None:
        self._last[key] = at
        self._last.move_to_end(key)
        while len(self._last) > _MOST:
            self._last.popitem(last=False)


def _raise_if_waiting(key: Key, left: float) -> None:
    if left > 0:
        kind = "channel" if key[0] == "channel" else "user"
        raise BotError(f"cooldown-{kind}", seconds=math.ceil(left))


PATIENCE = 2.0
"""The most seconds that a search waits for the first responses that are being sent."""


class FairQueue:
    """Runs ``places`` searches at a time, one of each person, so that nobody blocks others."""

    def __init__(self, places: int) -> None:
        self._places, self._responses_due = asyncio.Semaphore(places), 0
        self._all_responded = asyncio.Event()
        self._all_responded.set()
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @contextlib.asynccontextmanager
    async def turn(self, person: int) -> AsyncIterator[None]:
        """Wait for a person's turn to search, and hold it inside the ``with`` block."""
        lock = self._locks.setdefault(person, asyncio.Lock())
        async with lock, self._places:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await self._all_responded.wait()
            yield

    @contextlib.contextmanager
    def pause(self) -> Iterator[None]:
        """Let no search begin inside the ``with`` block, which sends a first response."""
        self._responses_due += 1
        self._all_responded.clear()
        try:
            yield
        finally:
            self._responses_due -= 1
            if not self._responses_due:
                self._all_responded.set()


LASTS = 900.0
"""Seconds after which a question is forgotten; Discord's own tokens live as long."""
MOST = 5
"""The most questions to remember of one conversation."""
_CONVERSATIONS = 2000
"""The most conversations to remember; the oldest are forgotten first."""


class Asked(NamedTuple):
    """A question as it was understood, the id of the answer's message, and the monotonic time."""

    question: str
    answer: int
    at: float


class Conversations:
    """Remembers each person's questions per channel, so that follow-ups can be understood."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._asked: OrderedDict[tuple[int, int], tuple[Asked, ...]] = OrderedDict()

    def note(self, person: int, channel: int, question: str, answer: int) -> None:
        """Remember a question as it was understood, and the id of the answer's message."""
        asked = Asked(question, answer, self._clock())
        self._asked[person, channel] = (*self._list_recent(person, channel), asked)[-MOST:]
        self._asked.move_to_end((person, channel))
        if len(self._asked) > _CONVERSATIONS:
            self._asked.popitem(last=False)

    def before(self, person: int, channel: int, answer: int | None = None) -> tuple[str, ...]:
        """Return a person's earlier questions in a channel, oldest first.

        ``answer``: the id of the answer's message that they reply to. Questions asked after it
        are left out; if the answer was not given to them, so are all.
        """
        recent = self._list_recent(person, channel)
        if answer is not None:
            ends = [n for n, asked in enumerate(recent, 1) if asked.answer == answer]
            recent = recent[: ends[-1]] if ends else ()
        return tuple(asked.question for asked in recent)

    def _list_recent(self, person: int, channel: int) -> tuple[Asked, ...]:
        since = self._clock() - LASTS
        return tuple(asked for asked in self._asked.get((person, channel), ()) if asked.at > since)
